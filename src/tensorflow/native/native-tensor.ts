import { Handle } from '../handles';
import { nativeBinding, type TensorDescription } from './binding';
import { dataTypeName, dataTypes, type DataType } from './data-types';

/** A tensor in the native library's memory, of any of its types. */
export class NativeTensor extends Handle {
  readonly #id: number;
  readonly shape: readonly number[];
  readonly dtype: DataType;

  /** Takes over a tensor that the binding handed out. */
  constructor(tensor: TensorDescription) {
    super();
    this.#id = tensor.id;
    this.shape = tensor.shape;
    this.dtype = dataTypeName(tensor.dtype);
  }

  /** The binding's number for this tensor. @throws if it has been disposed. */
  get id(): number {
    if (this.isDisposed) throw new Error(`a disposed ${this.dtype} tensor of shape [${this.shape}] was used`);
    return this.#id;
  }

  /** The number of elements. */
  get size(): number {
    return this.shape.reduce((product, extent) => product * extent, 1);
  }

  /** A copy of the elements, for the types that the binding can read: float32, int32, int64, bool. */
  read(): Float32Array | Int32Array | Uint8Array | BigInt64Array | Uint8Array[] {
    return nativeBinding().tensorDataSync(this.id);
  }

  protected override release(): void {
    nativeBinding().deleteTensor(this.#id);
  }
}

const arrayTypes = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array, bool: Uint8Array } as const;

/**
 * Copies numbers into a new native tensor.
 *
 * @param dtype float32, int32, uint8 or bool; for int64 each number must be a safe integer
 */
export function nativeTensor(
  values: ArrayLike<number>,
  shape: readonly number[],
  dtype: keyof typeof arrayTypes | 'int64',
): NativeTensor {
  const binding = nativeBinding();
  const data = dtype === 'int64' ? int64Words(values) : arrayTypes[dtype].from(values);
  const id = binding.createTensor(shape, dataTypes[dtype], data);
  return new NativeTensor({ id, shape: [...shape], dtype: dataTypes[dtype] });
}

/** The binding takes a 64-bit integer as two words, the low one first. */
function int64Words(values: ArrayLike<number>): Int32Array {
  const words = new Int32Array(values.length * 2);
  const view = new BigInt64Array(words.buffer);
  for (let i = 0; i < values.length; i++) view[i] = BigInt(values[i]!);
  return words;
}
