import type { Philox } from './philox';

/*
 * The float32 and int32 distributions of TensorFlow's stateless random operations (`random_distributions.h`,
 * `random_op_cpu.h`), of which each takes the four words of a counter for four values.
 */

/** Uniform in [0, 1), by 23 bits: bit for bit what `StatelessRandomUniformV2` draws. */
export function uniforms(count: number, philox: Philox): Float32Array {
  return fill(new Float32Array(count), philox, uniform);
}

/** Integers from `from` to below `below`, both int32: what `StatelessRandomUniformIntV2` draws. */
export function integers(count: number, philox: Philox, from: number, below: number): Int32Array {
  return fill(new Int32Array(count), philox, (word) => from + (word % (below - from)));
}

/** Normals by Box and Muller's method: what `StatelessRandomNormalV2` draws, up to rounding. */
export function standardNormals(count: number, philox: Philox): Float32Array {
  const draws = new Float32Array(count);
  const words = new Uint32Array(4);
  for (let i = 0; i < count; i += 2) {
    if (i % 4 === 0) philox.next(words);
    [draws[i], draws[i + 1]] = boxMuller(words[i % 4]!, words[(i % 4) + 1]!);
  }
  return draws;
}

/** Normals between −2 and 2, others being drawn again: what `StatelessTruncatedNormalV2` draws, up to rounding. */
export function truncatedNormals(count: number, philox: Philox): Float32Array {
  const draws = new Float32Array(count);
  const words = new Uint32Array(4);
  for (let group = 0; group < count; group += 4) {
    let filled = group;
    let counters = 0;
    for (; filled < group + 4; counters++) {
      philox.next(words);
      for (const normal of [...boxMuller(words[0]!, words[1]!), ...boxMuller(words[2]!, words[3]!)]) {
        if (Math.abs(normal) < 2 && filled < group + 4) draws[filled++] = normal;
      }
    }
    philox.skip(countersPerGroup - counters);
  }
  return draws;
}

/** TensorFlow reserves 256 words for each value, so that groups of four can be drawn in any order. */
const countersPerGroup = 256;

function fill<A extends Float32Array | Int32Array>(draws: A, philox: Philox, value: (word: number) => number): A {
  const words = new Uint32Array(4);
  for (let i = 0; i < draws.length; i++) {
    if (i % 4 === 0) philox.next(words);
    draws[i] = value(words[i % 4]!);
  }
  return draws;
}

function uniform(word: number): number {
  return (word & 0x7fffff) / 2 ** 23;
}

function boxMuller(first: number, second: number): [number, number] {
  const { fround } = Math;
  const radius = fround(Math.sqrt(fround(-2 * fround(Math.log(fround(Math.max(uniform(first), 1e-7)))))));
  const angle = fround(2 * Math.PI * uniform(second));
  return [fround(fround(Math.sin(angle)) * radius), fround(fround(Math.cos(angle)) * radius)];
}
