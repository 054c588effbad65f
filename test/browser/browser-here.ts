import type { TestContext } from 'node:test';
import { load } from '../kernel-setup/bootstrap-support';
import { projectRoot } from '../support/project';

/** The path of this machine's browser, or what to say where there is none. */
export async function browserHere(): Promise<{ readonly path: string } | { readonly absent: string }> {
  const { createContext } = await load('context');
  const { findBrowser, noBrowser } = await load('browser');
  const path = await findBrowser(createContext({ root: projectRoot }));
  return path === undefined ? { absent: noBrowser } : { path };
}

/** Skips a test for what it needs and this machine lacks; a CI machine must have it. */
export function leaveOut(t: TestContext, absent: string): void {
  if (process.env.CI === 'true') throw new Error(absent);
  t.skip(absent);
}
