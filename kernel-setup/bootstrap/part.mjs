import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { SetupError } from './errors.mjs';

/**
 * One thing that the set-up puts in place.
 * @typedef {object} Part
 * @property {(context: Context) => string} title how messages call it
 * @property {'cache' | 'project'} lock who shares it: all checkouts of a user, or this one alone
 * @property {(context: Context) => Promise<string | undefined>} problem what is missing or broken; quick
 * @property {(context: Context) => Promise<void>} build puts it in place, and leaves nothing half done
 */
/** @typedef {import('./context.mjs').Context} Context */

/**
 * Builds a part if it is missing or broken. Two processes that want the same part build it once.
 * @param {Part} part
 * @param {Context} context
 * @returns {Promise<boolean>} whether it was built
 */
export async function ensure(part, context) {
  context.signal.throwIfAborted();
  if ((await part.problem(context)) === undefined) return false;
  const folder = part.lock === 'cache' ? context.cache : join(context.root, '.build');
  return withLock(context, join(folder, 'setup.lock'), async () => {
    if ((await part.problem(context)) === undefined) return false;
    const start = Date.now();
    await part.build(context);
    const problem = await part.problem(context);
    if (problem !== undefined) throw new SetupError(`${part.title(context)}: still not in place: ${problem}`);
    context.say(`${part.title(context)}: ready (${Math.max(1, Math.round((Date.now() - start) / 1000))} s)`);
    return true;
  });
}
