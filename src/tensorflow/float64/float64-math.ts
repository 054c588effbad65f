import type { Handle } from '../handles';

/** A dense array of 64-bit floats, immutable, in whichever memory the arithmetic uses. */
export interface Float64Tensor extends Handle {
  /** The extent of each axis; none for a scalar. */
  readonly shape: readonly number[];
}

/** A tensor, or a number that stands for a scalar. */
export type Operand = Float64Tensor | number;

/**
 * Arithmetic on 64-bit floats, which TensorFlow.js itself does not have. On the native backend every operation is
 * TensorFlow's own; elsewhere the same interface is served in plain TypeScript.
 *
 * Results are new tensors that live until disposed, or until the end of the running `scope`. Binary operations broadcast
 * as NumPy does. Every operation throws a RangeError that names it and the shapes if they do not fit.
 */
export interface Float64Math {
  /** Whether TensorFlow computes or TypeScript. */
  readonly name: 'native' | 'plain';

  /** Copies numbers into a tensor; bit for bit if they are a Float64Array. */
  tensor(values: ArrayLike<number>, shape: readonly number[]): Float64Tensor;
  /** A copy of the elements, in row-major order, bit for bit. */
  read(x: Float64Tensor): Float64Array;
  /** A tensor of the shape that has the same value everywhere. */
  fill(shape: readonly number[], value: number): Float64Tensor;
  /**
   * Normal draws with mean 0 and standard deviation 1: the first ones of TensorFlow's `RandomStandardNormal` operation
   * with these two seeds, the same on every call. `tf.random.set_seed(s)` makes `seed` = s, and takes the `seed2` of each
   * operation in turn from `new PythonRandom(s).randint(0, 2 ** 31 - 1)`.
   */
  standardNormal(shape: readonly number[], seeds: { readonly seed: number; readonly seed2: number }): Float64Tensor;

  /** Product of two matrices, either taken transposed. */
  matMul(a: Float64Tensor, b: Float64Tensor, options?: { transposeA?: boolean; transposeB?: boolean }): Float64Tensor;
  /** a + b, element by element. */
  add(a: Operand, b: Operand): Float64Tensor;
  /** a − b, element by element. */
  sub(a: Operand, b: Operand): Float64Tensor;
  /** a·b, element by element. */
  mul(a: Operand, b: Operand): Float64Tensor;
  /** a/b, element by element; by 0 ±Infinity or NaN, as IEEE 754 says. */
  div(a: Operand, b: Operand): Float64Tensor;
  /** The larger one of a and b, element by element. */
  maximum(a: Operand, b: Operand): Float64Tensor;
  /** −x. */
  neg(x: Float64Tensor): Float64Tensor;
  /** eˣ, element by element. */
  exp(x: Float64Tensor): Float64Tensor;
  /** The natural logarithm; of 0 −Infinity, of a negative number NaN. */
  log(x: Float64Tensor): Float64Tensor;
  /** The square root; of a negative number NaN. */
  sqrt(x: Float64Tensor): Float64Tensor;
  /** x², element by element. */
  square(x: Float64Tensor): Float64Tensor;
  /** max(x, 0), element by element. */
  relu(x: Float64Tensor): Float64Tensor;
  /** The gradient where the features are positive, 0 elsewhere. The features may be relu's input or its output. */
  reluGradient(gradient: Float64Tensor, features: Float64Tensor): Float64Tensor;
  /** Adds a vector of length c to each row of x, whose last extent is c. */
  biasAdd(x: Float64Tensor, bias: Float64Tensor): Float64Tensor;
  /**
   * For logits and label distributions of shape [n, classes]: the cross-entropy of each row, [n], and its gradient with
   * respect to the logits, softmax(logits) − labels, [n, classes].
   */
  softmaxCrossEntropy(logits: Float64Tensor, labels: Float64Tensor): { loss: Float64Tensor; gradient: Float64Tensor };

  /** Sum along an axis (negative: from the last), or over all elements. */
  sum(x: Float64Tensor, axis?: number): Float64Tensor;
  /** Mean along an axis, or over all elements; at least one element. */
  mean(x: Float64Tensor, axis?: number): Float64Tensor;
  /** Largest element along an axis, or of all; at least one element. */
  max(x: Float64Tensor, axis?: number): Float64Tensor;
  /** Index of the largest element along an axis, the first one if there are several, in row-major order of the rest. */
  argMax(x: Float64Tensor, axis: number): Int32Array;

  /** The same elements in row-major order under another shape with as many. */
  reshape(x: Float64Tensor, shape: readonly number[]): Float64Tensor;
  /** A matrix [m, n] as [n, m]. */
  transpose(x: Float64Tensor): Float64Tensor;
  /** The entries of x at the indices along an axis, in their order. */
  gather(x: Float64Tensor, indices: Int32Array, axis?: number): Float64Tensor;
  /** The box of the extents `size` whose first corner is `begin`; one number for each axis. */
  slice(x: Float64Tensor, begin: readonly number[], size: readonly number[]): Float64Tensor;
  /** Tensors one after the other along an axis; their other extents are the same. */
  concat(tensors: readonly Float64Tensor[], axis: number): Float64Tensor;
  /**
   * A tensor of `rows` rows, each the sum of those rows of all the parts whose index is its number, or zero if there are
   * none. An index may stand several times, in one part or in many.
   */
  scatterSum(rows: number, parts: readonly { indices: Int32Array; values: Float64Tensor }[]): Float64Tensor;

  /**
   * Makes steps that can be repeated: `body` is run once on the example state, and what it does to tensors is kept; what it
   * reads or computes outside of tensors stays as it was then. Other tensors that it uses must live as long as the loop. The
   * native library repeats such steps in one call.
   *
   * @param numbers how many numbers each step is given
   */
  compileLoop(state: readonly Float64Tensor[], numbers: number, body: Float64Step): Float64Loop;
}

/** What the state becomes in one step, and what else the step gives. The numbers that it is given are scalars. */
export type Float64Step = (
  state: readonly Float64Tensor[],
  ...numbers: readonly Float64Tensor[]
) => { readonly state: readonly Float64Tensor[]; readonly results: readonly Float64Tensor[] };

/** Steps that can be repeated. */
export interface Float64Loop {
  /**
   * One step for each row of numbers. Returns the state after them, as new tensors, and for each result of the steps its
   * values, one step after the other.
   */
  run(
    state: readonly Float64Tensor[],
    numbers: readonly (readonly number[])[],
  ): { readonly state: readonly Float64Tensor[]; readonly results: readonly Float64Array[] };
  /** Frees what the library keeps of the steps. */
  dispose(): void;
}
