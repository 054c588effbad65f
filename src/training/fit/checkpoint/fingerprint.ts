import { createHash } from 'node:crypto';
import type * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../layers-model';

/** What must be the same for a training to go on from a checkpoint, each in words that an error can quote. */
export type Fingerprint = Readonly<Record<string, string>>;

/** Of the model and of what `model.compile` was told. */
export function modelFingerprint(model: TrainableModel, optimizer: tf.Optimizer): Fingerprint {
  const parameters = model.weights.reduce(
    (sum, { shape }) => sum + shape.reduce<number>((product, n) => product * (n ?? 1), 1),
    0,
  );
  return {
    model: `${model.weights.length} weights with ${parameters} parameters, topology ${hash(topology(model))}`,
    optimizer: `${optimizer.getClassName()} ${JSON.stringify(optimizer.getConfig())}`,
    loss: describe(model.loss),
    metrics: describe(model.metrics ?? []),
  };
}

/** Shapes and types of tensors. */
export function describeTensors(tensors: readonly tf.Tensor[]): string {
  return tensors.map(({ shape, dtype }) => `[${shape}] ${dtype}`).join(', ');
}

/** A short hash of numbers. */
export function describeNumbers(arrays: readonly (Float32Array | undefined)[]): string {
  if (arrays.every((array) => array === undefined)) return 'none';
  return hash(
    ...arrays.map((array) =>
      array === undefined ? '-' : new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
    ),
  );
}

/** The difference of two fingerprints in one sentence each; empty if they are the same. */
export function differences(saved: Fingerprint, now: Fingerprint): string[] {
  const names = [...new Set([...Object.keys(saved), ...Object.keys(now)])];
  return names
    .filter((name) => saved[name] !== now[name])
    .map((name) => `its ${name} is ${saved[name] ?? 'not known'}, here it is ${now[name] ?? 'not known'}`);
}

/**
 * The layers and how they are connected. Layers are numbered, as TensorFlow.js gives new names in each run of a
 * notebook cell.
 */
function topology(model: TrainableModel): string {
  const layers = layersWithin(model as unknown as tf.layers.Layer);
  const configuration = JSON.stringify([
    layers.map((layer) => [layer.getClassName(), layer.getConfig()]),
    model.weights.map(({ shape, trainable }) => ({ shape, trainable })),
  ]);
  return layers.reduce((text, { name }, i) => text.replaceAll(JSON.stringify(name), `"layer ${i}"`), configuration);
}

/** A layer and, if it is a model, those within. */
function layersWithin(layer: tf.layers.Layer): tf.layers.Layer[] {
  const { layers = [] } = layer as unknown as { layers?: readonly tf.layers.Layer[] };
  return [layer, ...layers.flatMap(layersWithin)];
}

function describe(value: unknown): string {
  if (typeof value === 'function') return `the function ${value.name || 'without a name'}`;
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, part]) => `${key}: ${describe(part)}`)
      .join(', ')}}`;
  }
  return String(value);
}

function hash(...parts: readonly (string | Uint8Array)[]): string {
  const sum = createHash('sha256');
  parts.forEach((part) => sum.update(part));
  return sum.digest('hex').slice(0, 16);
}
