import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';

/** The part of the outputs' squares that float32 cannot tell from none. */
const roundingOfSquares = 1e-12;

/**
 * The mean and the covariance of a layer's outputs, added up from batches: within a batch in float32, about its own mean, and over
 * the batches in float64 (Chan, Golub and LeVeque, "Algorithms for computing the sample variance", 1983).
 */
export class OutputMoments {
  readonly columns: number;
  /** Of the outputs; zeros where the moments are not centred. */
  readonly mean: Float64Array;
  readonly #centred: boolean;
  #count = 0;
  /** Σ (y − mean)(y − mean)ᵀ, row-major. */
  readonly #scatter: Float64Array;

  /** @param centred whether the covariance is about the mean; about zero otherwise */
  constructor(columns: number, centred: boolean) {
    this.columns = columns;
    this.#centred = centred;
    this.mean = new Float64Array(columns);
    this.#scatter = new Float64Array(columns * columns);
  }

  /** @param y [rows, columns] */
  add(y: tf.Tensor2D): void {
    const rows = y.shape[0];
    if (rows === 0) return;
    const { dispose, tidy, zeros } = tensorFlowJs();
    const moments = tidy(() => {
      const center = this.#centred ? y.mean(0) : zeros([this.columns]);
      const about = y.sub(center);
      return [center, about.matMul(about, true)];
    });
    const [mean, scatter] = moments.map((moment) => moment.dataSync()) as [Float32Array, Float32Array];
    dispose(moments);
    const [columns, sums, count] = [this.columns, this.#scatter, this.#count + rows];
    const shift = this.mean.map((value, j) => mean[j]! - value);
    const weight = (this.#count * rows) / count;
    for (let i = 0; i < columns; i++) {
      const weighted = weight * shift[i]!;
      for (let j = 0; j < columns; j++) sums[i * columns + j]! += scatter[i * columns + j]! + weighted * shift[j]!;
    }
    for (let j = 0; j < columns; j++) this.mean[j]! += (shift[j]! * rows) / count;
    this.#count = count;
  }

  /** The mean of (y − mean)(y − mean)ᵀ, row-major. */
  covariance(): Float64Array {
    return this.#scatter.map((sum) => sum / this.#count);
  }

  /** Whether all that was added was finite, its squares too. */
  isFinite(): boolean {
    return Number.isFinite(this.#trace()) && this.mean.every(Number.isFinite);
  }

  /** Whether the outputs differ from the mean, or from zero, by more than rounding. */
  varies(): boolean {
    const squares = this.#trace() + this.#count * this.mean.reduce((sum, value) => sum + value ** 2, 0);
    return this.#trace() > roundingOfSquares * squares;
  }

  #trace(): number {
    return this.mean.reduce((sum, _, j) => sum + this.#scatter[j * (this.columns + 1)]!, 0);
  }
}
