import type * as tf from '@tensorflow/tfjs';
import { checkFinite } from '../linalg/check-finite';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import type { KernelLayer } from './kernel-layers';
import { ownCalls } from './model-graph';
import { OutputMoments } from './output-moments';

/** Examples for each of a model's inputs, as for `model.predict`. */
export type Examples = tf.Tensor | readonly tf.Tensor[];

/** How many elements the layers' inputs of a batch may have, and how many examples. */
const most = { elements: 2 ** 24, examples: 1024 };

/**
 * What the kernels of these layers make of the examples, in inference: the moments of the outputs before the bias, of all calls of a
 * layer together. There are none for layers whose outputs are not those of a matrix (convolutions in the form 'spatial'), that are
 * called within a model in the model, or whose outputs do not vary; nor for a model that has a state, which examples would change.
 *
 * The examples go through the model in batches, of which only the moments are kept: columns² numbers for a layer.
 *
 * @param examples checked by `checkExamples`
 * @throws RangeError that names the first layer with outputs that are not finite
 */
export function measureOutputs(model: tf.LayersModel, layers: readonly KernelLayer[], examples: Examples): Map<KernelLayer, OutputMoments> {
  const own = ownCalls(model);
  const measured = (model as unknown as { readonly stateful: boolean }).stateful
    ? []
    : layers.filter(({ outputs, calls }) => outputs !== undefined && calls.every((call) => own.has(call)));
  const moments = new Map(measured.map((layer) => [layer, new OutputMoments(layer.columns, layer.hasFreeBias)]));
  if (measured.length === 0) return moments;
  const uses = measured.flatMap((layer) => layer.calls.map(({ inputTensors }) => ({ layer, x: inputTensors[0]! })));
  forEachBatch(model, [...new Set(uses.map(({ x }) => x))], [examples].flat(), (valueOf) => {
    for (const { layer, x } of uses) tensorFlowJs().tidy(() => moments.get(layer)!.add(layer.outputs!(valueOf.get(x)!)));
  });
  for (const [layer, each] of moments) {
    if (!each.isFinite()) {
      throw new RangeError(`compress: the outputs of layer '${layer.path}' on the inputs are not finite, or their squares are not`);
    }
    if (!each.varies()) moments.delete(layer);
  }
  return moments;
}

/** The values of symbolic tensors of a model, batch by batch. */
function forEachBatch(
  model: tf.LayersModel,
  wanted: tf.SymbolicTensor[],
  examples: readonly tf.Tensor[],
  look: (valueOf: ReadonlyMap<tf.SymbolicTensor, tf.Tensor>) => void,
): void {
  const { model: functional, tidy } = tensorFlowJs();
  // It owns nothing: its layers are the model's.
  const probe = functional({ inputs: model.inputs, outputs: wanted, name: 'outputs' });
  const [count, size] = [examples[0]!.shape[0]!, batchSizeFor(wanted)];
  for (let start = 0; start < count; start += size) {
    tidy(() => {
      const rows = Math.min(size, count - start);
      const batch = examples.map((x) => x.slice([start], [rows]));
      const values = [probe.predict(batch, { batchSize: rows })].flat();
      look(new Map(wanted.map((x, at) => [x, values[at]!])));
    });
  }
}

function batchSizeFor(tensors: readonly tf.SymbolicTensor[]): number {
  const elements = tensors.reduce((sum, { shape }) => sum + shape.slice(1).reduce<number>((all, extent) => all * (extent ?? 1), 1), 0);
  return Math.min(most.examples, Math.max(1, Math.floor(most.elements / elements)));
}

/** @throws TypeError if the examples are no tensors of numbers; RangeError if they do not fit the model, are none or not finite */
export function checkExamples(model: tf.LayersModel, examples: Examples): void {
  const given = [examples].flat() as readonly tf.Tensor[];
  const other = given.length === 0 ? 'an empty array' : given.map(otherThanNumbers).find((found) => found !== undefined);
  if (other !== undefined) {
    throw new TypeError(`compress: inputs is ${other}; it must be a tensor of numbers, or one for each of the model's inputs`);
  }
  const { inputs } = model;
  // A sequential model has no inputNames.
  const nameOf = (at: number) => `'${inputs[at]!.sourceLayer.name}'`;
  if (given.length !== inputs.length) {
    const names = inputs.map((_, at) => nameOf(at)).join(', ');
    throw new RangeError(`compress: inputs has ${given.length} ${given.length === 1 ? 'tensor' : 'tensors'}; the model has the inputs ${names}`);
  }
  given.forEach((x, at) => {
    const expected = inputs[at]!.shape;
    const fits = x.rank === expected.length && expected.every((extent, axis) => axis === 0 || extent === null || extent === x.shape[axis]);
    if (!fits) {
      const wanted = ['examples', ...expected.slice(1).map((extent) => extent ?? 'any')].join(', ');
      throw new RangeError(`compress: inputs for ${nameOf(at)} has the shape [${x.shape}]; it must be [${wanted}]`);
    }
    if (x.shape[0] !== given[0]!.shape[0]) {
      const counts = `${given[0]!.shape[0]} examples for ${nameOf(0)} and ${x.shape[0]} for ${nameOf(at)}`;
      throw new RangeError(`compress: inputs has ${counts}; there must be as many`);
    }
  });
  if (given[0]!.shape[0] === 0) throw new RangeError('compress: inputs has no examples; there must be one or more');
  given.forEach((x, at) => {
    if (x.dtype === 'float32') checkFinite(x, `compress: inputs for ${nameOf(at)}`).dispose();
  });
}

/** What something is, unless it is a tensor of numbers. */
function otherThanNumbers(x: unknown): string | undefined {
  if (!(x instanceof tensorFlowJs().Tensor)) return x === null ? 'null' : `a ${typeof x}`;
  return ['float32', 'int32', 'bool'].includes(x.dtype) ? undefined : `a tensor of type ${x.dtype}`;
}
