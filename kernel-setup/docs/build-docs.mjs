import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailed, SetupError } from '../bootstrap/errors.mjs';
import { withLock } from '../bootstrap/lock.mjs';
import { run } from '../bootstrap/run.mjs';

/** @typedef {import('../bootstrap/context.mjs').Context} Context */

/**
 * Writes the API reference: what the package exports, by the folders of src, from their docstrings, and the guides.
 * @param {Context} context
 * @param {string} [folder] is replaced as a whole, and made if it is missing
 * @throws {SetupError} with TypeDoc's messages if it has a warning, such as about an export without a docstring; the folder then
 *   stays as it was
 */
export async function buildDocs(context, folder = join(context.root, '.docs')) {
  // npm puts TypeDoc here, with the TypeScript that it needs: see package.json beside this file.
  const home = join(context.root, 'kernel-setup', 'docs');
  const typedoc = join(home, 'node_modules', 'typedoc', 'bin', 'typedoc');
  await withLock(context, join(context.root, '.build', 'docs.lock'), async () => {
    const fresh = `${folder}-new`;
    try {
      await run(context, process.execPath, [typedoc, '--options', join(home, 'typedoc.json'), '--out', fresh], {
        cwd: context.root,
        env: { ...context.env, NO_COLOR: '1' },
      });
      await rm(folder, { recursive: true, force: true });
      await rename(fresh, folder);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      throw new SetupError(`The API reference cannot be made:\n${error.output}`);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });
}
