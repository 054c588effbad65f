import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Puts into a folder all that the page is, but for the models: its own files, its compiled scripts, and TensorFlow.js.
 *
 * @param sources of the page: HTML and style sheets
 * @param scripts the page's scripts, compiled
 */
export async function copyPage(sources: string, scripts: string, folder: string): Promise<void> {
  const tensorflow = join(folder, 'tensorflow');
  await mkdir(tensorflow, { recursive: true });
  await copy(await named(sources, /\.(html|css)$/), folder);
  await copy(await named(scripts, /\.js$/), folder);
  const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js'));
  await copy([
    require.resolve('@tensorflow/tfjs/dist/tf.es2017.min.js'),
    join(wasm, 'tf-backend-wasm.es2017.min.js'),
    ...(await named(wasm, /^tfjs-backend-wasm(-simd)?\.wasm$/)),
  ], tensorflow);
}

async function named(folder: string, pattern: RegExp): Promise<string[]> {
  return (await readdir(folder)).filter((name) => pattern.test(name)).map((name) => join(folder, name));
}

async function copy(files: readonly string[], folder: string): Promise<void> {
  for (const file of files) await copyFile(file, join(folder, basename(file)));
}
