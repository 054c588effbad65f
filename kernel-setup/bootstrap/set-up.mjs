import { SetupError } from './errors.mjs';
import { kernelSpec } from './jupyter.mjs';
import { nativeTensorFlow } from './native.mjs';
import { npmPackages } from './npm-packages.mjs';
import { ensure } from './part.mjs';
import { pythonEnvironment } from './python-environment.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {import('./native.mjs').Outcome} Outcome */
/** @typedef {{ python: Outcome, native: Outcome }} Readiness */

export const oldestNode = 20;

/**
 * Puts in place what a command needs: the npm packages, the Python environment with JupyterLab and our kernel in it,
 * and native TensorFlow where it can be had.
 * @param {Context} context
 * @param {{ python: 'required' | 'optional' | 'unused' }} needs
 * @returns {Promise<Readiness>}
 * @throws {SetupError} if something cannot be put in place without which the command cannot run
 */
export async function setUp(context, { python }) {
  const [major] = process.versions.node.split('.');
  if (Number(major) < oldestNode) {
    throw new SetupError(`Node ${process.versions.node} is too old: Node 20, 22 or 24 is needed.`);
  }
  await ensure(npmPackages, context);
  const environment = await jupyter(context, python);
  return { python: environment, native: await nativeTensorFlow(context) };
}

/**
 * @param {Context} context
 * @param {'required' | 'optional' | 'unused'} need
 * @returns {Promise<Outcome>}
 */
async function jupyter(context, need) {
  if (need === 'unused') return { ready: false, reason: 'this command does not need it' };
  try {
    await ensure(pythonEnvironment, context);
    await ensure(kernelSpec, context);
    return { ready: true };
  } catch (error) {
    if (need === 'required' || !(error instanceof SetupError)) throw error;
    context.say(error.message);
    context.say('Going on without JupyterLab.');
    return { ready: false, reason: error.message };
  }
}
