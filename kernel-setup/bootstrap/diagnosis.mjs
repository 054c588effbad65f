import { existsSync } from 'node:fs';
import { readFile, readdir, statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { bindingFile, bindingFolder, tryBinding } from './binding.mjs';
import { findBrowser } from './browser.mjs';
import { installedCompilers } from './compilers.mjs';
import { sizeOf } from './download.mjs';
import { CommandFailed, Interrupted, SetupError, messageOf } from './errors.mjs';
import { kernelSpec, kernelSpecFile } from './jupyter.mjs';
import { libraryFolder } from './libtensorflow.mjs';
import { discardManifest, manifestProblem } from './manifest.mjs';
import { nativeLinks } from './native.mjs';
import { npmPackages } from './npm-packages.mjs';
import { environmentFolder, plotlyRenderer, pythonEnvironment, readStamp } from './python-environment.mjs';
import { findPython } from './python.mjs';
import { run } from './run.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/**
 * One thing that was looked at.
 * @typedef {object} Finding
 * @property {string} name
 * @property {boolean} ok
 * @property {string} detail what was found
 * @property {string} [advice] what to do about it, if it is not well
 */

const start = 'Run `npm start`, which puts it in place.';
const mnistFiles = ['train-images', 'train-labels', 't10k-images', 't10k-labels'];
const cifar10Archive = 'cifar-10-binary.tar.gz';

/**
 * Looks at everything that the set-up puts in place, and at what it needs for that. It changes nothing, except that
 * what proves damaged is marked as unfinished, so that the next set-up builds it anew.
 * @param {Context} context
 * @param {{ full?: boolean }} [options] full: compares the content of all files in the cache, not just their sizes
 * @returns {Promise<Finding[]>}
 */
export async function diagnose(context, { full = false } = {}) {
  /** @type {[name: string, look: () => Promise<Omit<Finding, 'name'>>][]} */
  const looks = [
    ['Node', () => node()],
    ['npm packages', () => part(context, npmPackages, 'as in package-lock.json')],
    ['Python', () => python(context)],
    ['Python environment', () => part(context, pythonEnvironment, () => describeEnvironment(context))],
    ["plotly's renderer", () => file(join(environmentFolder(context), plotlyRenderer))],
    ['Jupyter kernel', () => part(context, kernelSpec, kernelSpecFile(context))],
    ['C++ compiler', () => compiler(context)],
    ['libtensorflow', () => library(context, full)],
    ["tfjs-node's binding", () => builtBinding(context, full)],
    ["tfjs-node's links", () => part(context, nativeLinks, 'to the cache', startNative(context))],
    ['backend', () => backend(context)],
    ['MNIST', () => mnist(context)],
    ['CIFAR-10', () => cifar10(context)],
    ['browser', () => browser(context)],
    ['cache', () => cache(context)],
    ['machine', async () => good(`${context.target}, ${availableParallelism()} cores, ${Math.round(totalmem() / 1e9)} GB memory`)],
  ];
  /** @type {Finding[]} */
  const findings = [];
  for (const [name, look] of looks) {
    findings.push({ name, ...(await look().catch((error) => {
      if (error instanceof Interrupted) throw error;
      return bad(messageOf(error), error instanceof SetupError ? undefined : start);
    })) });
  }
  return findings;
}

/** @param {string} detail */
const good = (detail) => ({ ok: true, detail });
/** @param {string} detail @param {string} [advice] */
const bad = (detail, advice) => ({ ok: false, detail, advice });

/** What puts native TensorFlow in place. @param {Context} context */
const startNative = ({ env }) =>
  env.LOWRANK_BACKEND && env.LOWRANK_BACKEND !== 'native'
    ? `LOWRANK_BACKEND=${env.LOWRANK_BACKEND} asks for another backend; unset it and run \`npm start\` to have this one.`
    : start;

/**
 * @param {Context} context
 * @param {import('./part.mjs').Part} subject
 * @param {string | (() => Promise<string>)} detail
 * @param {string} [advice]
 */
async function part(context, subject, detail, advice = start) {
  const problem = await subject.problem(context);
  if (problem !== undefined) return bad(problem, advice);
  return good(typeof detail === 'string' ? detail : await detail());
}

async function node() {
  const { node: version } = process.versions;
  const supported = ['20', '22', '24'].includes(version.split('.')[0]);
  const detail = `${version} (${process.execPath})`;
  return supported ? good(detail) : bad(detail, 'Node 20, 22 and 24 are tried; install one of them if something fails.');
}

/** @param {Context} context */
async function python(context) {
  const { path, version, pip } = await findPython(context);
  return good(`${version.join('.')} (${path})${pip ? `, pip ${pip.join('.')}` : ', without pip'}`);
}

/** @param {Context} context */
async function describeEnvironment(context) {
  const folder = environmentFolder(context);
  const version = /^version\s*=\s*(\S+)/m.exec(await readFile(join(folder, 'pyvenv.cfg'), 'utf8'))?.[1];
  const packages = (await readStamp(context))?.files.join('\n') ?? '';
  const jupyterLab = /jupyterlab-([\d.]+)\.dist-info/.exec(packages)?.[1];
  return `Python ${version}, JupyterLab ${jupyterLab} (${folder})`;
}

/** @param {string} path */
async function file(path) {
  return existsSync(path) ? good(path) : bad('it is missing', start);
}

/** @param {Context} context */
async function compiler(context) {
  const found = installedCompilers(context.env);
  if (found.length > 0) return good(found.map(({ command }) => command.join(' ')).join(', '));
  return good('none on the PATH; one from the Python package ziglang is taken when it is needed');
}

/** @param {Context} context */
async function browser(context) {
  const found = await findBrowser(context);
  return good(found ? `for \`npm run test:browser\`: ${found}` : 'no Chromium or Chrome was found; only `npm run test:browser` needs one');
}

/** @param {Context} context @param {boolean} full */
async function library(context, full) {
  if (!context.library) return bad(`there is none for ${context.target}`, 'TensorFlow.js runs on WebAssembly here.');
  return checked(context, libraryFolder(context), full, `${context.library.version} (${libraryFolder(context)})`);
}

/** @param {Context} context @param {boolean} full */
async function builtBinding(context, full) {
  if (await manifestProblem(libraryFolder(context))) return bad('it cannot work without libtensorflow', startNative(context));
  const folder = await bindingFolder(context);
  const finding = await checked(context, folder, full, bindingFile(folder));
  if (!finding.ok) return finding;
  try {
    return good(`computes with TensorFlow ${await tryBinding(context, bindingFile(folder))} (${bindingFile(folder)})`);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    await discardManifest(folder);
    const reason = errorLine(error.output) ?? error.output.split('\n')[0];
    return bad(`it does not work: it ${error.how}, ${reason}`, startNative(context));
  }
}

/**
 * @param {Context} context
 * @param {string} folder
 * @param {boolean} full
 * @param {string} detail
 */
async function checked(context, folder, full, detail) {
  const problem = await manifestProblem(folder, { full });
  if (problem === undefined) return good(full ? `${detail}, content compared` : detail);
  if (full) await discardManifest(folder);
  return bad(problem, startNative(context));
}

/** @param {Context} context */
async function backend(context) {
  const program = join(context.root, '.build', 'src', 'tensorflow', 'index.js');
  if (!existsSync(program)) return bad('not known before the sources are compiled', start);
  const script = `require(${JSON.stringify(program)}).loadBackend().then((info) => console.log('\\n' + JSON.stringify(info)))`;
  try {
    const output = await run(context, process.execPath, ['-e', script], { cwd: context.root });
    const { name, reason, tensorflow, threads } = JSON.parse(output.trim().split('\n').at(-1) ?? '');
    const detail = `${name}${tensorflow ? `, TensorFlow ${tensorflow}` : ''}, ${threads} threads: ${reason}`;
    return name === 'native' || context.env.LOWRANK_BACKEND
      ? good(detail)
      : bad(detail, 'It works, several times slower than native TensorFlow; see above what that lacks.');
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return bad(errorLine(error.output) ?? `loading it ${error.how}`, start);
  }
}

/** Where a program of Node's says what it failed of. @param {string} output */
const errorLine = (output) => output.split('\n').find((line) => /^\w*Error\b/.test(line));

/** @param {Context} context */
async function mnist({ env, cache: folder }) {
  for (const [place, how] of [[env.MNIST_DIR, 'MNIST_DIR'], [join(folder, 'mnist'), 'the cache']]) {
    if (!place) continue;
    const names = await readdir(place).catch(() => /** @type {string[]} */ ([]));
    const missing = mnistFiles.filter((wanted) => !names.some((name) => name.startsWith(wanted)));
    if (missing.length === 0) return good(`in ${how} (${place})`);
    if (how === 'MNIST_DIR') {
      return bad(`MNIST_DIR=${place} lacks ${missing.join(', ')}`, 'Put the four files there, or unset MNIST_DIR.');
    }
  }
  return good('not here yet; it is downloaded when a notebook first needs it (12 MB)');
}

/** @param {Context} context */
async function cifar10({ env, cache: folder }) {
  for (const [place, how] of [[env.CIFAR10_DIR, 'CIFAR10_DIR'], [join(folder, 'cifar10'), 'the cache']]) {
    if (!place) continue;
    const names = await readdir(place).catch(() => /** @type {string[]} */ ([]));
    const batches = ['data_batch_', 'test_batch'].every((wanted) => names.some((name) => name.startsWith(wanted)));
    if (batches || names.includes(cifar10Archive)) return good(`in ${how} (${place})`);
    if (how === 'CIFAR10_DIR') {
      return bad(`CIFAR10_DIR=${place} lacks ${cifar10Archive}, or its batches`, 'Put it there, or unset CIFAR10_DIR.');
    }
  }
  return good('not here yet; it is downloaded when a notebook first needs it (170 MB)');
}

/** @param {Context} context */
async function cache({ cache: folder }) {
  if (!existsSync(folder)) return good(`${folder} (empty)`);
  const { bavail, bsize } = await statfs(folder);
  const size = Math.round((await sizeOf(folder)) / 1e6);
  return good(`${folder}, ${size} MB used, ${Math.round((bavail * bsize) / 1e9)} GB free`);
}
