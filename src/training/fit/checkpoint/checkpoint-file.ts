import { readFile, stat } from 'node:fs/promises';
import { writeAtomically } from '../../../compression/storage/atomic-write';
import type { StoredTensor } from '../stored-tensor';
import { CheckpointError } from './checkpoint-error';
import { decode, encode } from './file-format';
import type { Fingerprint } from './fingerprint';
import type { OptimizerState } from './optimizer-state';

/** A training as it stood after some epoch. */
export interface Snapshot {
  readonly progress: Progress;
  readonly weights: readonly StoredTensor[];
  readonly optimizer: readonly StoredTensor[];
  /** For each callback that has a state. */
  readonly callbacks: readonly (readonly StoredTensor[])[];
}

/** The part of a snapshot that is no tensor. */
export interface Progress {
  readonly fingerprint: Fingerprint;
  readonly seed: number;
  /** The epoch that comes next, counted from zero. */
  readonly nextEpoch: number;
  /** Whether a callback has ended the training. */
  readonly stopped: boolean;
  readonly seconds: number;
  readonly epoch: readonly number[];
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly optimizer: OptimizerState;
  readonly callbacks: readonly { readonly kind: string; readonly values: Readonly<Record<string, unknown>> }[];
}

interface Content {
  readonly progress: Progress;
  /** How many of the tensors are weights, the optimizer's, and each callback's. */
  readonly counts: readonly number[];
}

/** @throws CheckpointError if it cannot be written. */
export async function writeSnapshot(
  path: string,
  { progress, weights, optimizer, callbacks }: Snapshot,
): Promise<void> {
  const groups = [weights, optimizer, ...callbacks];
  const content: Content = { progress, counts: groups.map(({ length }) => length) };
  await orInaccessible(path, () => writeAtomically(path, encode({ content, tensors: groups.flat() })));
}

/**
 * The snapshot in a file; undefined if there is no such file. @throws CheckpointError if there is one that is not
 * whole.
 */
export async function readSnapshot(path: string): Promise<Snapshot | undefined> {
  const found = await orInaccessible(path, () => stat(path).catch(onlyIfMissing));
  if (found === undefined) return undefined;
  const decoded = decode(await orInaccessible(path, () => readFile(path)));
  if ('fault' in decoded) {
    throw new CheckpointError(
      path,
      'corrupt',
      `${path} ${decoded.fault}; put back a good copy, or move the file away to train from the beginning`,
    );
  }
  const { progress, counts } = decoded.content as Content;
  let at = 0;
  const [weights, optimizer, ...callbacks] = counts.map((count) => decoded.tensors.slice(at, (at += count)));
  return { progress, weights: weights!, optimizer: optimizer!, callbacks };
}

async function orInaccessible<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const why = (error as Error).message;
    const message = `the checkpoint ${path} cannot be used: ${why}; choose another path, or make it accessible`;
    throw new CheckpointError(path, 'inaccessible', message, { cause: error });
  }
}

function onlyIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
