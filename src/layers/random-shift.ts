import type * as tf from '@tensorflow/tfjs';
import { layerClass } from './layer-class';

/** What `randomShift` takes; shapes without (`inputShape`) or with the batch: [height, width, channels]. */
export interface RandomShiftLayerArgs {
  /** The furthest that an image moves along each axis; an integer above 0. */
  pixels: number;
  name?: string;
  inputShape?: tf.Shape;
  batchInputShape?: tf.Shape;
}

/**
 * In training each image of a batch, [batch, height, width, channels], is moved by −pixels to pixels along either axis, all
 * moves being equally likely; what comes in at the edges is 0. Otherwise images stay as they are. No weights.
 *
 * @throws RangeError if pixels is no positive integer, or inputs have another number of axes
 */
export function randomShift(args: RandomShiftLayerArgs): tf.layers.Layer {
  return new (randomShiftClass())(args);
}

/** The class, registered so that saved models with such layers can be loaded. Made on the first call, which loads TensorFlow.js. */
export const randomShiftClass = layerClass<new (args: RandomShiftLayerArgs) => tf.layers.Layer>((tf) => {
  class RandomShift extends tf.layers.Layer {
    static readonly className = 'RandomShift';
    readonly #pixels: number;

    constructor(args: RandomShiftLayerArgs) {
      super(args as never);
      const { pixels } = args;
      if (!Number.isInteger(pixels) || pixels < 1) throw new RangeError(`randomShift: pixels is ${pixels}; it must be an integer above 0`);
      this.#pixels = pixels;
    }

    override build(inputShape: tf.Shape): void {
      if (inputShape.length !== 4) {
        throw new RangeError(`randomShift: the input has the shape [${inputShape}]; it must be [batch, height, width, channels]`);
      }
      this.built = true;
    }

    override computeOutputShape(inputShape: tf.Shape): tf.Shape {
      return inputShape;
    }

    override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean } = {}): tf.Tensor {
      return tf.tidy(() => {
        const images = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D;
        return training ? shifted(tf, images, this.#pixels) : images.clone();
      });
    }

    override getConfig(): tf.serialization.ConfigDict {
      return { ...super.getConfig(), pixels: this.#pixels };
    }
  }

  return RandomShift;
});

/** Each image is a window into itself with a margin of zeros: one gather from the batch as a list of pixels. */
function shifted(tf: typeof import('@tensorflow/tfjs'), images: tf.Tensor4D, pixels: number): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const [paddedHeight, paddedWidth] = [height + 2 * pixels, width + 2 * pixels];
  const margin: [number, number] = [pixels, pixels];
  const list = tf.pad(images, [[0, 0], margin, margin, [0, 0]]).reshape<tf.Tensor2D>([batch * paddedHeight * paddedWidth, channels]);
  const window = tf.range(0, height, 1, 'int32').mul(tf.scalar(paddedWidth, 'int32')).expandDims(1).add(tf.range(0, width, 1, 'int32'));
  const image = tf.range(0, batch, 1, 'int32').mul(tf.scalar(paddedHeight * paddedWidth, 'int32'));
  const draw = () => tf.randomUniform([batch], 0, 2 * pixels + 1, 'int32');
  const corner = draw().mul(tf.scalar(paddedWidth, 'int32')).add(draw()).add(image);
  const at = corner.reshape([batch, 1, 1]).add(window.reshape([1, height, width]));
  return tf.gather(list, at.reshape([-1]).cast('int32') as tf.Tensor1D).reshape([batch, height, width, channels]);
}
