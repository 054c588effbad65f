import type * as tf from '@tensorflow/tfjs';

/** What `model.json` says about a weight. */
export type WeightSpec = tf.io.WeightsManifestEntry;

const bytesPerElement = { float32: 4, int32: 4, bool: 1, float16: 2, uint8: 1, uint16: 2 } as const;

/** The bytes of a weight as it is stored. */
export function storedBytes({ shape, dtype, quantization }: WeightSpec): number {
  const elements = shape.reduce((product, extent) => product * extent, 1);
  return elements * bytesPerElement[(quantization?.dtype ?? dtype) as keyof typeof bytesPerElement];
}

/** What keeps a value from being the description of a weight that a layers model can have, in words; `undefined` when nothing does. */
export function specFault(spec: WeightSpec): string | undefined {
  if (typeof spec?.name !== 'string') return 'it has a weight without a name';
  const { name, shape, dtype, quantization } = spec;
  if (!Array.isArray(shape) || !shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    return `the weight '${name}' has the shape ${JSON.stringify(shape)}`;
  }
  if (!['float32', 'int32', 'bool'].includes(dtype)) return `the weight '${name}' has the type ${dtype}; there are float32, int32 and bool`;
  if (quantization === undefined) return undefined;
  const stored = quantization?.dtype;
  if (stored === 'float16' && dtype === 'float32') return undefined;
  const isAffine = (stored === 'uint8' || stored === 'uint16') && dtype !== 'bool';
  if (isAffine && Number.isFinite(quantization.scale) && Number.isFinite(quantization.min)) return undefined;
  return `the weight '${name}', ${dtype}, has the quantization ${JSON.stringify(quantization)}`;
}
