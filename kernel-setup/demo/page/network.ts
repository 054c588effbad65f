import type { LayersModel, Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { ModelAbout } from './about.js';
import { side } from './mnist-image.js';
import { tf } from './tensorflow.js';

/** Of how many predictions the median time is taken. */
const timesKept = 25;

/** A network that was downloaded. */
export class Network {
  /** In milliseconds, the last ones. */
  readonly #times: number[] = [];

  private constructor(
    readonly about: ModelAbout,
    readonly model: LayersModel,
    /** What its files have, measured as they came. */
    readonly bytes: number,
    readonly files: number,
  ) {}

  /** Plain `tf.loadLayersModel`, with a count of the bytes. */
  static async download(about: ModelAbout): Promise<Network> {
    let [bytes, files] = [0, 0];
    const fetchFunc = async (path: RequestInfo | URL, init?: RequestInit) => {
      const response = await fetch(path, init);
      const content = await response.arrayBuffer();
      bytes += content.byteLength;
      files++;
      return new Response(content, response);
    };
    const model = await tf.loadLayersModel(`${about.folder}/model.json`, { fetchFunc });
    const network = new Network(about, model, bytes, files);
    // The first prediction compiles and allocates.
    network.#probabilities(new Float32Array(side * side));
    return network;
  }

  /** @param image [28, 28], from 0 to 1 @returns the probability of each class */
  predict(image: Float32Array): Float32Array {
    const start = performance.now();
    const probabilities = this.#probabilities(image);
    this.#times.push(performance.now() - start);
    if (this.#times.length > timesKept) this.#times.shift();
    return probabilities;
  }

  /** The median of the last predictions, in milliseconds; `undefined` before the first one. */
  get time(): number | undefined {
    return [...this.#times].sort((a, b) => a - b)[Math.floor(this.#times.length / 2)];
  }

  /** A layer's kernel, [inputs, units]; `undefined` if there is no such layer. */
  kernel(name: string): Tensor2D | undefined {
    return this.model.layers.find((layer) => layer.name === name)?.getWeights()[0] as Tensor2D | undefined;
  }

  #probabilities(image: Float32Array): Float32Array {
    return tf.tidy(() => (this.model.predict(tf.tensor4d(image, [1, side, side, 1])) as Tensor).dataSync() as Float32Array);
  }
}
