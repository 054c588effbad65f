import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { compileStep, loadBackend, randomShift } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';

before(loadBackend);

const [batch, height, width, channels] = [500, 4, 5, 2];

/** The image, moved: the pixel at (row, column) comes from (row + down, column + right). */
function moved(image: ArrayLike<number>, down: number, right: number): number[] {
  return Array.from({ length: height * width * channels }, (_, at) => {
    const channel = at % channels;
    const column = ((at - channel) / channels) % width;
    const row = Math.floor(at / (channels * width));
    const [y, x] = [row + down, column + right];
    return y < 0 || y >= height || x < 0 || x >= width ? 0 : image[(y * width + x) * channels + channel]!;
  });
}

function counts(images: Float32Array, results: Float32Array, pixels: number): Map<string, number> {
  const size = height * width * channels;
  const moves = Array.from({ length: (2 * pixels + 1) ** 2 }, (_, i) =>
    [Math.floor(i / (2 * pixels + 1)) - pixels, (i % (2 * pixels + 1)) - pixels] as const);
  const found = new Map(moves.map((move) => [String(move), 0]));
  for (let i = 0; i < batch; i++) {
    const [image, result] = [images, results].map((all) => all.subarray(i * size, (i + 1) * size));
    const move = moves.find(([down, right]) => moved(image!, down, right).every((value, at) => value === result![at]));
    assert.ok(move, `image ${i} is none of the moves`);
    found.set(String(move), found.get(String(move))! + 1);
  }
  return found;
}

const images = () => tensorFlowJs().randomUniform<tf.Rank.R4>([batch, height, width, channels], 1, 2, 'float32', 3);

describe('randomShift', () => {
  for (const pixels of [1, 2]) {
    test(`in training moves each image by up to ${pixels}, every move about as often`, () => {
      const tf = tensorFlowJs();
      const layer = randomShift({ pixels });
      tf.tidy(() => {
        const x = images();
        const y = layer.apply(x, { training: true }) as tf.Tensor;
        assert.deepEqual(y.shape, x.shape);
        const found = counts(x.dataSync() as Float32Array, y.dataSync() as Float32Array, pixels);
        const expected = batch / found.size;
        // Five standard deviations of a count.
        for (const [move, count] of found) assert.ok(Math.abs(count - expected) < 5 * Math.sqrt(expected), `${move}: ${count} of ${batch}`);
      });
    });
  }

  test('otherwise leaves images alone', () => {
    const tf = tensorFlowJs();
    tf.tidy(() => {
      const x = images();
      const model = tf.sequential({ layers: [randomShift({ pixels: 1, inputShape: [height, width, channels] })] });
      assert.deepEqual((model.predict(x) as tf.Tensor).dataSync(), x.dataSync());
      assert.equal(model.countParams(), 0);
    });
  });

  test('draws anew in each compiled step', async () => {
    const tf = tensorFlowJs();
    const layer = randomShift({ pixels: 1 });
    const x = images();
    layer.build(x.shape);
    const step = compileStep((part) => tf.tidy(() => (layer.apply(part!, { training: true }) as tf.Tensor).clone()), { seed: 1, execution: 'compiled-or-eager' });
    const rows = Int32Array.from({ length: 2 * batch }, (_, i) => i % batch);
    const { values } = await step.run([x], { batchSize: batch, order: rows });
    const data = (values as unknown as { data: Float32Array }).data;
    const halves = [data.subarray(0, data.length / 2), data.subarray(data.length / 2)];
    for (const half of halves) counts(x.dataSync() as Float32Array, half as Float32Array, 1);
    assert.notDeepEqual(halves[0], halves[1]);
    step.dispose();
    x.dispose();
  });

  test('comes back from its configuration', () => {
    const tf = tensorFlowJs();
    const layer = randomShift({ pixels: 3, name: 'shift' });
    const layerClass = layer.constructor as unknown as tf.serialization.SerializableConstructor<tf.layers.Layer>;
    assert.deepEqual(layerClass.fromConfig(layerClass, layer.getConfig()).getConfig(), layer.getConfig());
    assert.equal(layer.getConfig().pixels, 3);
    assert.ok(tf.serialization.SerializationMap.getMap().classNameMap.RandomShift);
  });

  for (const pixels of [0, -1, 1.5]) {
    const message = `randomShift: pixels is ${pixels}; it must be an integer above 0`;
    test(message, () => assert.throws(() => randomShift({ pixels }), { name: 'RangeError', message }));
  }

  test('refuses what is no batch of images', () => {
    assert.throws(() => randomShift({ pixels: 1, inputShape: [784] }).build([null, 784]), {
      name: 'RangeError',
      message: 'randomShift: the input has the shape [,784]; it must be [batch, height, width, channels]',
    });
  });
});
