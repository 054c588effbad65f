import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { accuracy, liveHandles, loadBackend, svd, trainTruncated, TruncatedClassifier, type DenseWeights } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { clusters } from './clusters';

const [examples, inputs, hidden, classes, rank] = [300, 96, 80, 4, 5];

describe('training through truncations', () => {
  let x: tf.Tensor2D;
  let y: tf.Tensor2D;
  let labels: Int32Array;
  let layers: DenseWeights[];

  before(async () => {
    await loadBackend();
    const tf = tensorFlowJs();
    labels = Int32Array.from({ length: examples }, (_, i) => i % classes);
    ({ x, y } = clusters(examples, inputs, classes));
    tf.tidy(() => {
      const weights = (m: number, n: number, seed: number): DenseWeights => ({
        kernel: tf.keep(tf.randomUniform<tf.Rank.R2>([m, n], -0.2, 0.2, 'float32', seed)),
        bias: tf.keep(tf.zeros<tf.Rank.R1>([n])),
      });
      layers = [weights(inputs, hidden, 3), weights(hidden, classes, 4)];
    });
  });

  after(() => tensorFlowJs().dispose([x, y, ...layers.flatMap(({ kernel, bias }) => [kernel, bias])]));

  const settings = () => ({ x, y, epochs: 3, batchSize: 32, seed: 1 });

  test('learns, and grows the kept directions only', async () => {
    const network = new TruncatedClassifier(layers, { rank });
    const before = svd(network.kernels[0]!, { computeUV: false }).dataSync();
    const { loss, stoppedBy, stepsPerEpoch, counts } = await trainTruncated({ ...settings(), network });
    assert.equal(stoppedBy, 'epochs');
    assert.equal(stepsPerEpoch, 10);
    assert.equal(loss.length, 30);
    assert.ok(loss.at(-1)! < 0.3 * loss[0]!, `the loss went from ${loss[0]} to ${loss.at(-1)}`);
    assert.ok(counts.calls >= 30);
    assert.ok(accuracy(labels, network.predict(x)) > 0.9);
    const trained = svd(network.kernels[0]!, { computeUV: false }).dataSync();
    assert.ok(trained[rank - 1]! / trained[rank]! > before[rank - 1]! / before[rank]!);
    network.dispose();
  });

  test('pauses change nothing, and show the variables as they are then', async () => {
    const unbroken = new TruncatedClassifier(layers, { rank });
    const { loss } = await trainTruncated({ ...settings(), network: unbroken });
    const network = new TruncatedClassifier(layers, { rank });
    const seen: [number, number][] = [];
    const onPause = (step: number) => void seen.push([step, tensorFlowJs().tidy(() => network.kernels[0]!.square().sum().dataSync()[0]!)]);
    const paused = await trainTruncated({ ...settings(), network, pauses: [0, 3, 10, 17, 30], onPause });
    assert.deepEqual(seen.map(([step]) => step), [0, 3, 10, 17, 30]);
    assert.equal(new Set(seen.map(([, norm]) => norm)).size, 5);
    paused.loss.forEach((value, i) => assert.ok(Math.abs(value - loss[i]!) < 0.02, `step ${i}: ${value} and ${loss[i]}`));
    [unbroken, network].forEach((each) => each.dispose());
  });

  test('takes its learning rate by the epoch', async () => {
    const network = new TruncatedClassifier(layers, { rank });
    const norms: number[] = [];
    const onPause = () => void norms.push(tensorFlowJs().tidy(() => network.kernels[0]!.square().sum().dataSync()[0]!));
    await trainTruncated({ ...settings(), network, learningRate: (epoch) => [0.01, 0, 0.01][epoch]!, pauses: [0, 10, 20, 30], onPause });
    assert.notEqual(norms[1], norms[0]);
    assert.equal(norms[2], norms[1]);
    assert.notEqual(norms[3], norms[2]);
    network.dispose();
  });

  test('ends at a signal and keeps what it has learnt', async () => {
    const network = new TruncatedClassifier(layers, { rank });
    const stop = new AbortController();
    const onProgress = (step: number) => void (step >= 12 && stop.abort());
    const { loss, stoppedBy } = await trainTruncated({ ...settings(), network, signal: stop.signal, epochs: 100, onProgress });
    assert.equal(stoppedBy, 'interrupt');
    assert.ok(loss.length >= 12 && loss.length < 1000);
    network.dispose();
  });

  test('leaves nothing behind', async () => {
    const tf = tensorFlowJs();
    const before = [tf.memory().numTensors, liveHandles()];
    const network = new TruncatedClassifier(layers, { rank });
    await trainTruncated({ ...settings(), network, epochs: 1 });
    network.predict(x, 2);
    network.dispose();
    assert.deepEqual([tf.memory().numTensors, liveHandles()], before);
  });

  test('says what is wrong', async () => {
    assert.throws(() => new TruncatedClassifier(layers, { rank: 0 }), { name: 'RangeError', message: 'rank is 0; it must be an integer above 0' });
    assert.throws(() => new TruncatedClassifier([...layers].reverse(), { rank }), /layer 1 has a kernel \[96,80\].*it needs \[4, n\]/);
    const network = new TruncatedClassifier(layers, { rank });
    for (const [options, message] of [
      [{ epochs: 0 }, 'epochs is 0; it must be an integer above 0'],
      [{ batchSize: 1.5 }, 'batchSize is 1.5; it must be an integer above 0'],
      [{ learningRate: (epoch: number) => -epoch }, 'learningRate is -1 in epoch 1; it must be a finite number from 0'],
      [{ shuffleBuffer: -1 }, 'shuffleBuffer is -1; it must be an integer above 0'],
    ] as const) {
      await assert.rejects(trainTruncated({ ...settings(), ...options, network }), { name: 'RangeError', message });
    }
    network.dispose();
  });
});
