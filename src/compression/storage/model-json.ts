import { createHash } from 'node:crypto';
import type * as tf from '@tensorflow/tfjs';

/**
 * `model.json` as TensorFlow.js writes and reads it, and two fields that it does not look at: of each file of weights its length and hash,
 * and the hash of all the rest of `model.json`, where one changed digit of a scale would be a wrong weight.
 */
export interface ModelJson extends Omit<tf.io.ModelJSON, 'weightsManifest'> {
  readonly weightsManifest: readonly WeightGroup[];
  readonly sha256?: string;
}

export interface WeightGroup {
  readonly paths: string[];
  readonly weights: tf.io.WeightsManifestEntry[];
  readonly files?: readonly WeightFile[];
}

export interface WeightFile {
  readonly path: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The text of `model.json`, with its own hash. */
export function sealed(content: Omit<ModelJson, 'sha256'>): string {
  return JSON.stringify({ ...content, sha256: sha256(JSON.stringify(content)) });
}

/** Whether the hash in a `model.json` is that of its content, or it has none, as TensorFlow.js's own. */
export function isSealed({ sha256: stated, ...content }: ModelJson): boolean {
  return stated === undefined || stated === sha256(JSON.stringify(content));
}
