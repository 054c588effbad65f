/** Ours: our-decompositions.js; see decompositions.py. A warm call starts from the factors of an older matrix. */
import type * as tfjs from '@tensorflow/tfjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { truncatedSVD, type TruncatedSVD } from '../../../src/linalg';
import { median } from '../benchmark';
import { ourProgram } from '../shared/our-program';

interface Request {
  readonly matrix: string;
  readonly shape: [number, number];
  readonly rank: number;
  readonly tolerance: number;
  readonly calls: number;
  readonly older?: string;
  readonly outputs?: readonly string[];
}

ourProgram<Request>((tf) => {
  const loaded = new Map<string, tfjs.Tensor2D>();
  const load = (path: string, shape: [number, number]) => {
    if (!loaded.has(path)) loaded.set(path, tf.tensor2d(readNumbers(path), shape));
    return loaded.get(path)!;
  };
  return async ({ matrix, shape, rank, tolerance, calls, older, outputs }) => {
    const x = load(matrix, shape);
    const start = older === undefined ? undefined : truncatedSVD(load(older, shape), rank, { tolerance });
    const seconds = Array.from({ length: calls }, (_, i) => {
      const begin = performance.now();
      const factors = truncatedSVD(x, rank, { tolerance, start });
      const milliseconds = performance.now() - begin;
      if (outputs !== undefined) writeFactors(outputs[i]!, factors);
      tf.dispose({ ...factors });
      return milliseconds / 1000;
    });
    tf.dispose({ ...start });
    return { seconds: median(seconds) };
  };
});

function readNumbers(path: string): Float32Array {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Float32Array((buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength));
}

function writeFactors(path: string, { u, s, v }: TruncatedSVD): void {
  writeFileSync(path, Float32Array.from([u, s, v].flatMap((factor) => [...factor.dataSync()])));
}
