import type * as tf from '@tensorflow/tfjs';
import { runsNatively } from '../tensorflow/backend';
import { attributeTypes } from '../tensorflow/native/attributes';
import { nativeBackend } from '../tensorflow/native/binding';
import { dataTypes } from '../tensorflow/native/data-types';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { denseSVD } from './dense/svd';
import { columnSigns } from './signs';

/** x = u·diag(s)·vᵀ for each matrix of a batch: u [..., m, k], s [..., k], v [..., n, k] with k = min(m, n). */
export interface Factors {
  readonly u: tf.Tensor;
  readonly s: tf.Tensor;
  readonly v: tf.Tensor;
}

/**
 * The factors of finite matrices, with the signs that `columnSigns` gives them; u [..., m, m] and v [..., n, n] with
 * `fullMatrices`. To be called in a `tidy`; the gradient does not pass.
 */
export function svdFactors(x: tf.Tensor, fullMatrices: boolean): Factors {
  const compute = runsNatively() ? nativeFactors : plainFactors;
  const { u, s, v } = compute(x, fullMatrices);
  const rank = s.shape.at(-1)!;
  if (x.size === 0) return { u, s, v };
  const signs = columnSigns(leadingColumns(u, rank));
  return { u: u.mul(withOnes(signs, u.shape.at(-1)!)), s, v: v.mul(withOnes(signs, v.shape.at(-1)!)) };
}

/** s alone, [..., min(m, n)]; otherwise as `svdFactors`. */
export function singularValues(x: tf.Tensor): tf.Tensor {
  return runsNatively() ? nativeFactors(x, false, false).s : plainValues(x);
}

/** By TensorFlow's own operation, which becomes a part of a compiled step. Without `computeUV` u and v are empty. */
function nativeFactors(x: tf.Tensor, fullMatrices: boolean, computeUV = true): Factors {
  const backend = nativeBackend();
  const attributes = [
    { name: 'T', type: attributeTypes.type, value: dataTypes.float32 },
    { name: 'compute_uv', type: attributeTypes.bool, value: computeUV },
    { name: 'full_matrices', type: attributeTypes.bool, value: fullMatrices },
  ];
  const outputs = backend.binding.executeOp('Svd', attributes, backend.getInputTensorIds([x]), 3);
  const [s, u, v] = outputs.map((output) => backend.createOutputTensor(output)) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return { u, s, v };
}

function plainFactors(x: tf.Tensor, fullMatrices: boolean): Factors {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const rank = Math.min(rows, columns);
  const all = matrices(x).map((matrix) => denseSVD(matrix, rows, columns, { fullMatrices }));
  return {
    u: stacked(x, [rows, fullMatrices ? rows : rank], all.map(({ u }) => u)),
    s: stacked(x, [rank], all.map(({ s }) => s)),
    v: stacked(x, [columns, fullMatrices ? columns : rank], all.map(({ v }) => v)),
  };
}

function plainValues(x: tf.Tensor): tf.Tensor {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const all = matrices(x).map((matrix) => denseSVD(matrix, rows, columns, { computeUV: false }).s);
  return stacked(x, [Math.min(rows, columns)], all);
}

/** The elements of each matrix of a batch. */
function matrices(x: tf.Tensor): ArrayLike<number>[] {
  const values = x.dataSync();
  const size = elements(x.shape.slice(-2));
  return Array.from({ length: elements(x.shape.slice(0, -2)) }, (_, i) => values.subarray(i * size, (i + 1) * size));
}

/** Results of a shape for each matrix of x's batch. */
function stacked(x: tf.Tensor, shape: readonly number[], results: readonly Float64Array[]): tf.Tensor {
  const all = new Float32Array(results.length * elements(shape));
  results.forEach((result, i) => all.set(result, i * elements(shape)));
  return tensorFlowJs().tensor(all, [...x.shape.slice(0, -2), ...shape]);
}

const elements = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** [..., rows, columns] to [..., rows, count]. */
export function leadingColumns(x: tf.Tensor, count: number): tf.Tensor {
  if (x.shape.at(-1) === count) return x;
  return x.slice(x.shape.map(() => 0), [...x.shape.slice(0, -1), count]);
}

/** Signs [..., 1, k] of the first k of so many columns; the other columns keep theirs. */
function withOnes(signs: tf.Tensor, columns: number): tf.Tensor {
  const more = columns - signs.shape.at(-1)!;
  if (more === 0) return signs;
  const tf = tensorFlowJs();
  return tf.concat([signs, tf.ones([...signs.shape.slice(0, -1), more])], -1);
}
