import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';
import { writeAtomically } from './atomic-write';
import { ModelFileError } from './model-file-error';
import { sealed, sha256, type WeightFile } from './model-json';

/** What `saveModel` wrote; lengths in bytes. */
export interface SavedModelInfo {
  /** As it was given. */
  readonly folder: string;
  /** `model.json` and the files of weights. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Of all files. */
  readonly bytes: number;
}

/**
 * Writes a model so that the folder always holds a whole one, the old or the new: `model.json` changes at one stroke, and
 * names its files of weights, whose names come from their content.
 *
 * @param shardBytes the length of each file of weights but the last
 * @throws ModelFileError if it cannot be written
 */
export function writeModel(folder: string, artifacts: tf.io.ModelArtifacts, shardBytes: number): Promise<SavedModelInfo> {
  return oneByOne(resolve(folder), async () => {
    const { weightSpecs = [], weightData = [], getWeightStream, ...rest } = artifacts;
    const shards = split(new Uint8Array(tensorFlowJs().io.CompositeArrayBuffer.join(weightData)), shardBytes);
    const weightFiles = described(shards);
    const weightsManifest = [{ paths: weightFiles.map(({ path }) => path), weights: weightSpecs, files: weightFiles }];
    const json = Buffer.from(sealed({ ...rest, modelTopology: rest.modelTopology!, weightsManifest }));
    const contents = new Map(weightFiles.map(({ path }, i) => [path, shards[i]!])).set('model.json', json);
    await write(folder, contents);
    const files = Array.from(contents, ([name, { length }]) => ({ name, bytes: length }));
    return { folder, files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  });
}

function split(bytes: Uint8Array, shardBytes: number): Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / shardBytes));
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * shardBytes, (i + 1) * shardBytes));
}

function described(shards: readonly Uint8Array[]): WeightFile[] {
  const hashes = shards.map(sha256);
  const set = sha256(hashes.join()).slice(0, 16);
  return shards.map(({ length }, i) => {
    const part = shards.length === 1 ? '' : `-shard${i + 1}of${shards.length}`;
    return { path: `weights-${set}${part}.bin`, bytes: length, sha256: hashes[i]! };
  });
}

/** `model.json` comes last. */
async function write(folder: string, contents: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const before = await namesIn(folder);
  try {
    for (const [name, bytes] of contents) await writeAtomically(join(folder, name), [bytes]);
  } catch (error) {
    await removeWeights(folder, (name) => !before.includes(name));
    const why = (error as Error).message;
    const message =
      `the model cannot be saved in ${folder}: ${why}; make the folder writable, or choose another; ` +
      'a model that was there is untouched';
    throw new ModelFileError(message, folder, 'inaccessible', { cause: error });
  }
  await removeWeights(folder, (name) => !contents.has(name));
}

async function removeWeights(folder: string, isStale: (name: string) => boolean): Promise<void> {
  const stale = (await namesIn(folder)).filter((name) => /^weights-[0-9a-f]{16}(-shard\d+of\d+)?\.bin(\.part)?$/.test(name) && isStale(name));
  for (const name of stale) await rm(join(folder, name), { force: true }).catch(() => undefined);
}

/** None where there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

const lastAction = new Map<string, Promise<unknown>>();

/** Two writers at once would remove each other's files. */
async function oneByOne<T>(key: string, action: () => Promise<T>): Promise<T> {
  const result = (lastAction.get(key) ?? Promise.resolve()).then(action);
  const settled = result.catch(() => undefined);
  lastAction.set(key, settled);
  try {
    return await result;
  } finally {
    if (lastAction.get(key) === settled) lastAction.delete(key);
  }
}
