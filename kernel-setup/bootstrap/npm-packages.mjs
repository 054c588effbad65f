import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CommandFailed, SetupError } from './errors.mjs';
import { run } from './run.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/**
 * @typedef {{ version?: string, integrity?: string, resolved?: string, link?: boolean, optional?: boolean,
 *   os?: string[], cpu?: string[] }} Locked
 */

/** The packages of package-lock.json in node_modules, without running any of their scripts. @type {import('./part.mjs').Part} */
export const npmPackages = {
  title: () => 'npm packages',
  lock: 'project',
  problem: async ({ root }) => {
    const installed = await lockedPackages(join(root, 'node_modules', '.package-lock.json'));
    if (!installed) return 'they are not installed';
    const wanted = await lockedPackages(join(root, 'package-lock.json'));
    if (!wanted) return 'package-lock.json is missing';
    return difference(wanted, installed) ?? foreign(installed) ?? missingFolder(root, installed);
  },
  build: async (context) => {
    context.say('npm packages: installing what package-lock.json lists');
    const [command, ...args] = npmCommand(context.env);
    try {
      await run(context, command, [...args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: context.root,
        // Set by npm for the scripts that it runs, CI machines set it too: the compiler and the tests would stay out.
        env: { ...context.env, NODE_ENV: '', NPM_CONFIG_OMIT: '' },
      });
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      throw new SetupError(
        `The npm packages could not be installed.\n${error.message}\n` +
          'The npm registry must be reachable for this step; run the command again when it is.',
      );
    }
  },
};

/**
 * The npm that runs us, else the one on the PATH.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function npmCommand(env) {
  const cli = env.npm_execpath;
  return cli && basename(cli) === 'npm-cli.js' && existsSync(cli) ? [process.execPath, cli] : ['npm'];
}

/** @param {string} path @returns {Promise<Record<string, Locked> | undefined>} */
async function lockedPackages(path) {
  try {
    const { packages } = JSON.parse(await readFile(path, 'utf8'));
    delete packages[''];
    return packages;
  } catch {
    return undefined;
  }
}

/**
 * Optional packages may be absent: most are for other platforms.
 * @param {Record<string, Locked>} wanted
 * @param {Record<string, Locked>} installed
 */
function difference(wanted, installed) {
  for (const [path, { version, integrity, link, optional }] of Object.entries(wanted)) {
    const found = installed[path];
    if (!found && optional) continue;
    if (!found) return `${path} is not installed`;
    if (found.version !== version || found.integrity !== integrity || found.link !== link) {
      return `${path} is not the version that package-lock.json names`;
    }
  }
  const extra = Object.keys(installed).find((path) => !(path in wanted));
  return extra && `${extra} is not in package-lock.json`;
}

/**
 * A package for another system, as in a folder that came from there.
 * @param {Record<string, Locked>} installed
 */
function foreign(installed) {
  for (const [path, { os = [process.platform], cpu = [process.arch] }] of Object.entries(installed)) {
    if (!os.includes(process.platform) || !cpu.includes(process.arch)) return `${path} is for another system`;
  }
  return undefined;
}

/**
 * @param {string} root
 * @param {Record<string, Locked>} installed
 */
function missingFolder(root, installed) {
  const missing = Object.keys(installed).find((path) => !existsSync(join(root, path, 'package.json')));
  return missing && `${missing} is gone`;
}
