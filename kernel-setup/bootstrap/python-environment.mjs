import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorLines } from './download.mjs';
import { CommandFailed, SetupError } from './errors.mjs';
import { aptAdvice, canInstallElsewhere, findPython, pipEnvironment, programIn } from './python.mjs';
import { run } from './run.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/**
 * What is written into an environment that is complete.
 * @typedef {{ root: string, requirements: string, files: string[] }} Stamp
 */

/** @param {Context} context */
export const environmentFolder = ({ root }) => join(root, '.venv');

/** @param {Context} context */
export const requirementsFile = ({ root }) => join(root, 'kernel-setup', 'requirements.txt');

/** Plotly's renderer in JupyterLab, below the environment. */
export const plotlyRenderer = join('share', 'jupyter', 'labextensions', 'jupyterlab-plotly', 'package.json');

/** @param {Context} context */
const stampFile = (context) => join(environmentFolder(context), 'tfjs-lowrank.json');
/** Says that an environment without a stamp is ours. @param {Context} context */
const unfinishedMark = (context) => join(environmentFolder(context), 'tfjs-lowrank.unfinished');

/**
 * The Python environment with JupyterLab, in the project. Its programs hold its absolute path, so it is built where it
 * stays; the stamp, which is written last, says that it is complete.
 * @type {import('./part.mjs').Part}
 */
export const pythonEnvironment = {
  title: () => 'Python environment',
  lock: 'project',
  problem: async (context) => {
    const stamp = await readStamp(context);
    if (!stamp) return 'it is missing or was left unfinished';
    if (stamp.root !== context.root) return `it was made for ${stamp.root}`;
    if (stamp.requirements !== (await requirementsHash(context))) return 'kernel-setup/requirements.txt has changed';
    const folder = environmentFolder(context);
    const gone = [programIn('', 'python'), programIn('', 'jupyter-lab'), plotlyRenderer, ...stamp.files]
      .find((path) => !existsSync(join(folder, path)));
    return gone && `${gone} is gone`;
  },
  build: async (context) => {
    const folder = environmentFolder(context);
    await clear(context);
    const python = await findPython(context);
    if (!(python.venv && python.ensurepip) && !canInstallElsewhere(python)) {
      throw new SetupError(`${python.path} cannot make a Python environment: it lacks ` +
        `${python.venv ? 'ensurepip' : 'venv'}. ${aptAdvice(python)} Then run the command again.`);
    }
    const installed = await install(context, python);
    if (!existsSync(join(folder, plotlyRenderer))) {
      throw new SetupError(`The Python environment lacks plotly's JupyterLab renderer, ${plotlyRenderer}.`);
    }
    const packages = await packageRecords(folder);
    if (packages.length < installed) {
      throw new SetupError(`The Python environment has ${packages.length} packages instead of ${installed}.`);
    }
    /** @type {Stamp} */
    const stamp = { root: context.root, requirements: await requirementsHash(context), files: packages };
    await writeFile(`${stampFile(context)}.new`, JSON.stringify(stamp, undefined, 1));
    await rename(`${stampFile(context)}.new`, stampFile(context));
    await rm(unfinishedMark(context));
  },
};

/**
 * Removes an environment of ours, and refuses to touch another one.
 * @param {Context} context
 */
async function clear(context) {
  const folder = environmentFolder(context);
  const content = await readdir(folder).catch(() => []);
  if (content.length > 0 && !existsSync(stampFile(context)) && !existsSync(unfinishedMark(context))) {
    throw new SetupError(`${folder} was not made by this set-up. Move it away, and run the command again.`);
  }
  await mkdir(folder, { recursive: true });
  await writeFile(unfinishedMark(context), '');
  for (const name of content) {
    const path = join(folder, name);
    if (path !== unfinishedMark(context)) await rm(path, { recursive: true, force: true });
  }
}

/**
 * @param {Context} context
 * @param {import('./python.mjs').Python} python
 * @returns {Promise<number>} how many packages were installed
 */
async function install(context, python) {
  const folder = environmentFolder(context);
  const env = pipEnvironment(context.env);
  const total = (await readFile(requirementsFile(context), 'utf8')).match(/^\w[^;\n]*$/gm)?.length ?? 0;
  context.say(`Python environment: installing ${total} packages for Python ${python.version.join('.')} (${python.path})`);
  let seen = 0;
  /** @type {Set<string>} */
  const installed = new Set();
  try {
    const own = python.ensurepip;
    await run(context, python.path, ['-m', 'venv', ...(own ? [] : ['--without-pip']), folder], { env });
    const [command, ...args] = own
      ? [programIn(folder, 'python'), '-m', 'pip']
      : [python.path, '-m', 'pip', '--python', programIn(folder, 'python')];
    await run(context, command, [
      ...args, 'install', '--only-binary', ':all:', '--progress-bar', 'off', '--requirement', requirementsFile(context),
    ], {
      env,
      onLine: (line) => {
        if (line.startsWith('Collecting ')) seen += 1;
        if (seen > 0 && seen < total) context.say.progress(`Python environment: ${seen} of ${total} packages found`);
        if (line.startsWith('Installing ')) context.say.progress('Python environment: unpacking the packages');
        const list = /^Successfully installed (.*)$/.exec(line);
        for (const name of list?.[1].split(' ') ?? []) installed.add(name);
      },
    });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new SetupError(`The Python environment could not be made: ${errorLines(error.output)}\n` +
      'The Python package index must be reachable for this step; run the command again when it is.');
  }
  return installed.size;
}

/** The record of every installed package, below the environment. @param {string} folder */
async function packageRecords(folder) {
  const site = process.platform === 'win32'
    ? join('Lib', 'site-packages')
    : join('lib', (await readdir(join(folder, 'lib'))).find((name) => name.startsWith('python')) ?? '', 'site-packages');
  const names = await readdir(join(folder, site));
  return names.filter((name) => name.endsWith('.dist-info')).map((name) => join(site, name, 'RECORD'));
}

/** What a complete environment says of itself. @param {Context} context @returns {Promise<Stamp | undefined>} */
export async function readStamp(context) {
  try {
    return JSON.parse(await readFile(stampFile(context), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {Context} context */
async function requirementsHash(context) {
  return createHash('sha256').update(await readFile(requirementsFile(context))).digest('hex');
}
