import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailed, SetupError } from './errors.mjs';
import { onPath } from './python.mjs';
import { run } from './run.mjs';

/** @typedef {import('./context.mjs').Context} Context */

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const macApplications = ['Chromium.app/Contents/MacOS/Chromium', 'Google Chrome.app/Contents/MacOS/Google Chrome'];

export const noBrowser = 'No browser was found for the tests in JupyterLab: install Chromium (Debian: `sudo apt install chromium`; ' +
  'macOS: `brew install --cask chromium`) or Google Chrome, or set LOWRANK_BROWSER to the path of one.';

/**
 * The path of a Chromium or Chrome that starts: `LOWRANK_BROWSER`, else of those on the PATH or among macOS's applications the first.
 * @param {Context} context
 * @returns {Promise<string | undefined>}
 * @throws {SetupError} if the one that `LOWRANK_BROWSER` names does not start
 */
export async function findBrowser(context) {
  const { env } = context;
  if (env.LOWRANK_BROWSER) {
    const problem = await startProblem(context, env.LOWRANK_BROWSER);
    if (problem) throw new SetupError(`LOWRANK_BROWSER=${env.LOWRANK_BROWSER} is no browser that starts: ${problem}. Set it to the path of a Chromium or Chrome, or unset it.`);
    return env.LOWRANK_BROWSER;
  }
  for (const path of [...names.flatMap((name) => onPath(env, name) ?? []), ...applications(context)]) {
    if ((await startProblem(context, path)) === undefined) return path;
  }
  return undefined;
}

/** @param {Context} context */
function applications({ env, target }) {
  if (!target.startsWith('darwin')) return [];
  const folders = ['/Applications', join(env.HOME ?? '', 'Applications')];
  return folders.flatMap((folder) => macApplications.map((name) => join(folder, name))).filter((path) => existsSync(path));
}

/**
 * Ubuntu has a `chromium-browser` that only says what to install.
 * @param {Context} context
 * @param {string} path
 */
async function startProblem(context, path) {
  try {
    const version = await run(context, path, ['--version']);
    return /\d+\.\d+/.test(version) ? undefined : `\`--version\` says ${JSON.stringify(version.trim())}`;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return `\`--version\` ${error.how}`;
  }
}
