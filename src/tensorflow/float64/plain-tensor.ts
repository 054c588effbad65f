import { Handle } from '../handles';

/** A tensor whose elements lie in JavaScript's own memory. Disposing lets go of them, as on the native backend. */
export class PlainTensor extends Handle {
  readonly shape: readonly number[];
  #data: Float64Array | undefined;

  /** Takes over the array. */
  constructor(data: Float64Array, shape: readonly number[]) {
    super();
    this.#data = data;
    this.shape = [...shape];
  }

  get data(): Float64Array {
    if (this.#data === undefined) throw new Error(`a disposed float64 tensor of shape [${this.shape}] was used`);
    return this.#data;
  }

  protected override release(): void {
    this.#data = undefined;
  }
}
