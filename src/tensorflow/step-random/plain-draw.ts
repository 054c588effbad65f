import { integers, standardNormals, truncatedNormals, uniforms } from '../random/float32-draws';
import { Philox } from '../random/philox';
import { tensorFlowJs } from '../tensorflow-js';
import type { Draw } from './distribution';

const floats = { uniform: uniforms, normal: standardNormals, truncatedNormal: truncatedNormals } as const;

/** Draws in JavaScript what TensorFlow's stateless operations draw, to rounding. */
export function plainDraw({ step }: { readonly step: number }): Draw {
  const tf = tensorFlowJs();
  return (distribution, shape, key, index) => {
    const count = tf.util.sizeFromShape([...shape]);
    const philox = new Philox(key, [0, 0, index, step]);
    if (typeof distribution === 'string') return tf.tensor(floats[distribution](count, philox), [...shape], 'float32');
    return tf.tensor(integers(count, philox, distribution.from, distribution.below), [...shape], 'int32');
  };
}
