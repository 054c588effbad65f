import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { ModelFileError } from './model-file-error';
import { isSealed, sha256, type ModelJson, type WeightFile, type WeightGroup } from './model-json';
import { specFault, storedBytes } from './weight-spec';

/**
 * The artifacts of the model in a folder. Files that `saveModel` wrote are compared with their hashes, others with the lengths
 * of their weights.
 *
 * @throws ModelFileError if the folder does not hold a whole model
 */
export async function readModel(folder: string): Promise<tf.io.ModelArtifacts> {
  const path = join(folder, 'model.json');
  const { weightsManifest, sha256: _, ...rest } = parsed(path, await bytesOf(path, 'give the folder that saveModel or model.save wrote'));
  const weightData: ArrayBuffer[] = [];
  for (const group of weightsManifest) weightData.push(...(await readGroup(folder, group)));
  return { ...rest, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData };
}

const restore = 'copy the whole folder again, or save the model again';

function parsed(path: string, bytes: Uint8Array): ModelJson {
  let json: ModelJson;
  try {
    json = JSON.parse(Buffer.from(bytes).toString()) as ModelJson;
  } catch (error) {
    const message = `${path} is truncated or damaged: its ${bytes.length} bytes are no JSON (${(error as Error).message}); ${restore}`;
    throw new ModelFileError(message, path, 'corrupt', { cause: error });
  }
  const fault = jsonFault(json);
  if (fault !== undefined) throw new ModelFileError(`${path} ${fault}`, path, 'corrupt');
  return json;
}

/** In words; `undefined` when there is none. */
function jsonFault(json: ModelJson): string | undefined {
  if (typeof json !== 'object' || json === null) return `holds ${JSON.stringify(json)}, no model; ${restore}`;
  if (json.format === 'graph-model') return 'is a graph model; load it with tf.loadGraphModel';
  if (typeof json.modelTopology !== 'object' || json.modelTopology === null) return 'has no modelTopology; give the folder of a layers model';
  if (!isSealed(json)) {
    return `is damaged or has been edited: its SHA-256 is not the one that it states; ${restore}, or take the field sha256 out to use it as it is`;
  }
  const { weightsManifest } = json;
  if (!Array.isArray(weightsManifest)) return 'has no weightsManifest; save the model with its weights';
  const specs = weightsManifest.flatMap((group) => group?.weights);
  for (const spec of specs) {
    const specIsWrong = specFault(spec);
    if (specIsWrong !== undefined) return `is damaged: ${specIsWrong}; ${restore}`;
  }
  const areNames = (paths: unknown) => Array.isArray(paths) && paths.every((each) => typeof each === 'string');
  if (!weightsManifest.every((group) => areNames(group.paths))) return `is damaged: its weightsManifest has no paths; ${restore}`;
  const twice = specs.find(({ name }, i) => specs.findIndex((other) => other.name === name) !== i);
  return twice && `is damaged: it has two weights named '${twice.name}'; ${restore}`;
}

async function readGroup(folder: string, { paths, weights, files = [] }: WeightGroup): Promise<ArrayBuffer[]> {
  const found: ArrayBuffer[] = [];
  for (const name of paths) {
    const path = join(folder, name);
    const bytes = await bytesOf(path, restore);
    const fault = fileFault(bytes, files.find((file) => file.path === name));
    if (fault !== undefined) throw new ModelFileError(`${path} ${fault}; ${restore}`, path, 'corrupt');
    found.push(new Uint8Array(bytes).buffer);
  }
  const [length, expected] = [found.reduce((sum, { byteLength }) => sum + byteLength, 0), weights.reduce((sum, spec) => sum + storedBytes(spec), 0)];
  if (length === expected) return found;
  const what = paths.map((name) => join(folder, name)).join(' and ');
  const message = `${what}: ${lengthFault(length, expected)}, the bytes of its weights in model.json; ${restore}`;
  throw new ModelFileError(message, join(folder, paths[0] ?? ''), 'corrupt');
}

function fileFault(bytes: Uint8Array, file: WeightFile | undefined): string | undefined {
  if (file === undefined) return undefined;
  if (bytes.length !== file.bytes) return `is ${lengthFault(bytes.length, file.bytes)}`;
  const found = sha256(bytes);
  return found === file.sha256 ? undefined : `is damaged: its SHA-256 is ${found}, expected ${file.sha256}`;
}

function lengthFault(found: number, expected: number): string {
  return `${found < expected ? 'truncated' : 'too long'}: ${found} bytes, expected ${expected}`;
}

async function bytesOf(path: string, remedy: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new ModelFileError(`${path} is missing; ${remedy}`, path, 'missing', { cause: error });
    throw new ModelFileError(`${path} cannot be read: ${message}`, path, 'inaccessible', { cause: error });
  }
}
