import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { loadBackend, nativeTensorFlow } from '../../../src/tensorflow';
import { compileStep, type CompileOptions } from '../../../src/tensorflow/compiler';
import { largestOperation } from '../../../src/tensorflow/compiler/operations';
import { recordStep } from '../../../src/tensorflow/compiler/recorded-step';
import { threadsFor, type StepSize } from '../../../src/tensorflow/compiler/threads';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import { noThreadList, threadsOfThisProcess, waitForThreads } from '../../support/thread-count';
import measured from './threads-measured.json';

/** Milliseconds a step, by threads for one operation + threads for operations beside each other. */
interface MeasuredStep extends StepSize {
  readonly milliseconds: { readonly [threads: string]: number | undefined };
}

const skip = nativeTensorFlow() === undefined && 'the native library does not run here';

describe('the threads of a step', () => {
  const small = { largestOperation: 5e6, changedElements: 252_180 };
  const memoryBound = { largestOperation: 6e6, changedElements: 2_009_118 };
  const large = { largestOperation: 4e9, changedElements: 2_009_118 };

  test('are one for small steps, all for large ones, and never more than there are', () => {
    for (const cores of [1, 2, 16]) {
      assert.deepEqual(threadsFor(small, cores), { intraOp: 1, interOp: 1 });
      assert.deepEqual(threadsFor(memoryBound, cores), { intraOp: 1, interOp: cores });
      assert.deepEqual(threadsFor(large, cores), { intraOp: cores, interOp: cores });
      assert.deepEqual(threadsFor({ ...large, changedElements: 0 }, cores), { intraOp: cores, interOp: 1 });
    }
  });

  test('of a step that XLA translates are for one operation at a time', () => {
    for (const cores of [1, 2, 16]) {
      assert.deepEqual(threadsFor({ ...small, jitCompiled: true }, cores), { intraOp: 1, interOp: 1 });
      assert.deepEqual(threadsFor({ ...large, jitCompiled: true }, cores), { intraOp: cores, interOp: 1 });
    }
  });

  test('become no fewer when the step becomes larger', () => {
    for (const changedElements of [0, 1000, 1e7]) {
      let last = { intraOp: 1, interOp: 1 };
      for (let largestOperation = 1e5; largestOperation < 1e11; largestOperation *= 1.1) {
        const threads = threadsFor({ largestOperation, changedElements }, 5);
        assert.ok(threads.intraOp >= last.intraOp && threads.interOp >= last.interOp);
        last = threads;
      }
    }
  });

  test('cost little more than the best that was measured on two cores, and less than any fixed choice', () => {
    const steps: readonly MeasuredStep[] = measured;
    for (const [jitCompiled, choices, mean, most] of [
      [false, ['1+1', '1+2', '2+1', '2+2'], 0.03, 0.46],
      [true, ['1+1', '2+1'], 0.01, 0.05],
    ] as const) {
      const ofKind = steps.filter((step) => (step.jitCompiled ?? false) === jitCompiled);
      const excess = (choose: (step: StepSize) => string) =>
        ofKind.map(({ milliseconds, ...step }) => {
          const best = Math.min(...choices.map((choice) => milliseconds[choice]!));
          return milliseconds[choose(step)]! / best - 1;
        });
      const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const rule = excess((step) => {
        const { intraOp, interOp } = threadsFor(step, 2);
        return `${intraOp}+${interOp}`;
      });
      assert.ok(average(rule) < mean, `${average(rule)} on average`);
      assert.ok(Math.max(...rule) < most, `${Math.max(...rule)} at most`);
      for (const fixed of choices) assert.ok(average(excess(() => fixed)) > 4 * average(rule), fixed);
    }
  });
});

describe('a step’s work', { skip }, () => {
  before(loadBackend);

  /** Rows of a data set, a layers model, and a step that trains it. */
  function training(layers: (all: typeof tf.layers) => tf.layers.Layer[], inputShape: number[], examples: number) {
    const tf = tensorFlowJs();
    const model = tf.sequential({ layers: layers(tf.layers) });
    const data = [tf.randomUniform([examples, ...inputShape]), tf.ones([examples, model.outputShape[1] as number])];
    const optimizer = tf.train.sgd(0.1);
    const step = (...[x, y]: tf.Tensor[]) =>
      optimizer.minimize(() => tf.losses.meanSquaredError(y!, model.predict(x!) as tf.Tensor), true)!;
    const dispose = () => {
      tf.dispose(data);
      model.dispose();
      optimizer.dispose();
    };
    return { step, data, dispose };
  }

  const dense = (all: typeof tf.layers) => [
    all.dense({ units: 30, activation: 'relu', inputShape: [20] }),
    all.dense({ units: 50 }),
  ];

  test('is counted as two operations for each element of a product and each term of its sum', () => {
    const convolution = (all: typeof tf.layers) => [
      all.conv2d({ filters: 7, kernelSize: [3, 2], strides: 2, inputShape: [9, 8, 5] }),
      all.flatten(),
      all.dense({ units: 3 }),
    ];
    const rows = [Int32Array.of(0, 1, 2, 3), Int32Array.of(4, 5, 6, 7)] as const;
    for (const [layers, shape, largest] of [
      [dense, [20], 2 * 4 * 30 * 50],
      [convolution, [9, 8, 5], 2 * 4 * (4 * 4 * 7) * (3 * 2 * 5)],
    ] as const) {
      const { step, data, dispose } = training(layers, [...shape], 8);
      assert.equal(largestOperation(recordStep({ step, data, rows, seed: 1 }).trace), largest);
      dispose();
    }
  });

  test('decides how many threads its session has, unless the caller does', { skip: noThreadList }, async () => {
    const { step, data, dispose } = training(dense, [20], 8);
    const started = async (options: CompileOptions) => {
      const compiled = compileStep(step, options);
      await compiled.run(data, { batchSize: 4 });
      const count = threadsOfThisProcess();
      compiled.dispose();
      waitForThreads(count - (options.threads ?? 1) * 2);
    };
    await started({ threads: 1 });
    await started({});
    await started({ threads: 3 });
    dispose();
  });
});
