import { Philox } from './philox';

/**
 * The first `count` draws of TensorFlow's float64 `RandomStandardNormal` with these seeds.
 *
 * Philox words to uniforms in [0, 1) by 52 mantissa bits, and pairs of those to normals by Box and Muller's method,
 * as in TensorFlow's `random_distributions.h`; equal to it up to the last bit of the logarithm, sine and cosine.
 */
export function standardNormal(count: number, seed: number, seed2: number): Float64Array {
  const philox = Philox.seeded(seed, seed2);
  const words = new Uint32Array(4);
  const draws = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    philox.next(words);
    const radius = Math.sqrt(-2 * Math.log(Math.max(uniform(words[0]!, words[1]!), 1e-7)));
    const angle = 2 * Math.PI * uniform(words[2]!, words[3]!);
    draws[i] = Math.sin(angle) * radius;
    if (i + 1 < count) draws[i + 1] = Math.cos(angle) * radius;
  }
  return draws;
}

function uniform(high: number, low: number): number {
  return ((high & 0xfffff) * 2 ** 32 + low) / 2 ** 52;
}
