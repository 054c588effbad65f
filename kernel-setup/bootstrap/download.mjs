import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailed, SetupError } from './errors.mjs';
import { pipCommand, pipEnvironment } from './python.mjs';
import { run } from './run.mjs';

/** @typedef {import('./context.mjs').Context} Context */

/**
 * A wheel on the Python package index, for any platform.
 * @typedef {object} Wheel
 * @property {string} title how messages call it
 * @property {string} requirement `name==version`
 * @property {string} platform its platform tag
 * @property {string} sha256
 * @property {number} megabytes
 */

/**
 * Downloads one wheel with pip, saying how far it is, into a folder; pip refuses a file with another hash.
 * @param {Context} context
 * @param {Wheel} wheel
 * @param {string} folder an empty folder
 * @returns {Promise<string>} the file's path
 * @throws {SetupError} if pip cannot get it
 */
export async function downloadWheel(context, wheel, folder) {
  const temporary = join(folder, 'pip');
  await mkdir(temporary, { recursive: true });
  const list = join(temporary, 'wheel.txt');
  await writeFile(list, `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`);
  const [command, ...args] = await pipCommand(context).catch((error) => {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(`${wheel.title} could not be downloaded: ${error.message}`);
  });
  const stopWatching = watchSize(temporary, (megabytes) =>
    // pip copies the file at the end, and for a moment there are two.
    context.say.progress(`${wheel.title}: downloading, ${Math.min(megabytes, wheel.megabytes)} of ${wheel.megabytes} MB`));
  context.say(`${wheel.title}: downloading ${wheel.megabytes} MB`);
  try {
    await run(context, command, [
      ...args, 'download', '--no-deps', '--only-binary', ':all:', '--no-cache-dir', '--progress-bar', 'off',
      '--python-version', '3.11', '--implementation', 'cp', '--platform', wheel.platform,
      '--require-hashes', '--requirement', list, '--dest', join(temporary, 'wheel'),
    ], { env: { ...pipEnvironment(context.env), TMPDIR: temporary } });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new SetupError(`${wheel.title} could not be downloaded: ${errorLines(error.output)}`);
  } finally {
    stopWatching();
  }
  const [file] = await readdir(join(temporary, 'wheel'));
  return join(temporary, 'wheel', file);
}

/**
 * What pip says went wrong, without its warnings and retries.
 * @param {string} output
 */
export function errorLines(output) {
  const lines = output.split('\n').map((line) => line.trim()).filter(Boolean);
  if (/DO NOT MATCH THE HASHES/.test(output)) {
    return 'what came has another SHA-256 than the one written down here, so it was refused';
  }
  if (/NewConnectionError|Failed to establish|Max retries|timed out|name resolution/i.test(output)) {
    return 'the Python package index cannot be reached';
  }
  const errors = lines.filter((line) => line.startsWith('ERROR:')).map((line) => line.slice('ERROR:'.length).trim());
  return errors.length > 0 ? errors.join(' ') : lines.slice(-3).join(' ');
}

/**
 * @param {string} folder
 * @param {(megabytes: number) => void} report
 * @returns {() => void} ends the watch
 */
function watchSize(folder, report) {
  const timer = setInterval(async () => {
    const size = await sizeOf(folder).catch(() => 0);
    if (!ended && size > 0) report(Math.round(size / 1e6));
  }, 500);
  let ended = false;
  return () => {
    ended = true;
    clearInterval(timer);
  };
}

/** @param {string} folder @returns {Promise<number>} bytes in all of its files */
export async function sizeOf(folder) {
  let size = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const found = await stat(join(entry.parentPath ?? entry.path, entry.name)).catch(() => undefined);
    size += found?.size ?? 0;
  }
  return size;
}
