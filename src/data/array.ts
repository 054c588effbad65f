/** A dense array in row-major order: `data` holds the product of `shape` elements, the last axis varying fastest. */
export interface NumericArray<T = Float64Array> {
  readonly data: T;
  readonly shape: readonly number[];
}

/** JavaScript's typed arrays of numbers, all but those of BigInt. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
