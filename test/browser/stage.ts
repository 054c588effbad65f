import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { projectRoot } from '../support/project';
import { browserHere, leaveOut } from './browser-here';
import { Chromium } from './chromium';
import { JupyterLab } from './jupyter-lab';
import { Workplace } from './workplace';

/** What a test in the browser works with. */
export interface Stage {
  readonly workplace: Workplace;
  readonly lab: JupyterLab;
  readonly chromium: Chromium;
  /** A part of the test. Once one has failed, those behind it are left out, except independent ones. */
  step(name: string, run: () => Promise<void>, options?: { readonly independent?: boolean }): Promise<void>;
}

/** Where the steps of a test that fail leave a picture of each page. */
const picturesOf = (t: TestContext): string => join(projectRoot, '.build', 'browser-failures', fileName(t.name));
const fileName = (text: string): string => text.replace(/[^\w]+/g, '-').slice(0, 60);

/**
 * Opens JupyterLab and a browser for a test, and ends both behind it. Where one of them is missing the test is skipped; on a CI
 * machine it fails.
 * @param prepare adds notebooks to the workplace
 */
export async function withJupyterLab(
  t: TestContext,
  prepare: (workplace: Workplace) => void,
  run: (stage: Stage) => Promise<void>,
): Promise<void> {
  const python = join(projectRoot, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const browser = await browserHere();
  if ('absent' in browser) return leaveOut(t, browser.absent);
  if (!existsSync(python)) return leaveOut(t, 'JupyterLab (.venv) is not there; `npm start` says why');

  const workplace = new Workplace();
  let [lab, chromium]: [JupyterLab?, Chromium?] = [];
  try {
    prepare(workplace);
    lab = await JupyterLab.start(workplace);
    chromium = await Chromium.start(browser.path, workplace);
    const stage = { workplace, lab, chromium };
    rmSync(picturesOf(t), { recursive: true, force: true });
    let failed: string | undefined;
    await run({
      ...stage,
      async step(name, body, { independent = false } = {}) {
        await t.test(name, { skip: failed !== undefined && `"${failed}" has failed` }, async () => {
          try {
            await body();
          } catch (error) {
            if (!independent) failed = name;
            await photograph(stage.chromium, picturesOf(t), name).catch(() => {});
            throw error;
          }
        });
      },
    });
  } finally {
    await Promise.allSettled([chromium?.close()]);
    try {
      await lab?.stop();
    } finally {
      await workplace.remove();
    }
  }
}

async function photograph(chromium: Chromium, folder: string, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [i, page] of chromium.pages().entries()) await page.screenshot({ path: join(folder, `${fileName(name)}-${i}.png`) });
}
