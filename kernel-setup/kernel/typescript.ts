/**
 * The TypeScript that tslab is built on, a fork of 5.0 with a few internals opened.
 *
 * It is looked up from tslab, so that there is exactly one of it in the process.
 */
import { createRequire } from 'node:module';
import type * as typescript from '@tslab/typescript-for-tslab';
import { requireCompiled } from './code-cache';

const fromTslab = createRequire(require.resolve('tslab/package.json'));

export const typescriptPath = fromTslab.resolve('@tslab/typescript-for-tslab');
export const ts = requireCompiled(typescriptPath) as typeof typescript;
export type { typescript };
