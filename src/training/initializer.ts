import { PythonRandom, scope, type Float64Math, type Float64Tensor } from '../tensorflow';

/** Makes the starting values of a network's weight matrices. Biases start at zero. */
export interface Initializer {
  readonly name: string;
  /** One tensor for each shape, in order; the same ones on every call. */
  create(math: Float64Math, shapes: readonly (readonly number[])[]): Float64Tensor[];
}

/** Every weight the same. @throws RangeError unless the value is finite. */
export function constant(value: number): Initializer {
  if (!Number.isFinite(value)) throw new RangeError(`the constant is ${value}; it must be a finite number`);
  return {
    name: `constant ${value}`,
    create: (math, shapes) => shapes.map((shape) => math.fill(shape, value)),
  };
}

/**
 * Normal weights with mean 0: those that `tf.random.set_seed(seed)` and then one `tf.random.normal(shape, stddev=…,
 * dtype=tf.float64)` for each matrix give in a fresh TensorFlow program.
 *
 * @throws RangeError unless stddev is finite and above 0, and seed an integer from 0 to 2⁵³ − 1.
 */
export function randomNormal({ stddev = 1, seed = 0 }: { stddev?: number; seed?: number } = {}): Initializer {
  if (!(stddev > 0 && Number.isFinite(stddev))) {
    throw new RangeError(`stddev is ${stddev}; it must be a finite number above 0`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed is ${seed}; it must be an integer from 0 to 2^53 - 1`);
  }
  return {
    name: `normal, standard deviation ${stddev}`,
    create: (math, shapes) => {
      const operationSeeds = new PythonRandom(seed);
      return shapes.map((shape) => {
        const seed2 = operationSeeds.randint(0, 2 ** 31 - 1);
        return scope(() => math.mul(math.standardNormal(shape, { seed, seed2 }), stddev));
      });
    },
  };
}
