import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { compileStep, CompileError, liveHandles, loadBackend, nativeTensorFlow } from '../../../src/tensorflow';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';

const native = nativeTensorFlow() !== undefined;
const executions = native ? (['compiled', 'eager'] as const) : (['eager'] as const);
const nativeOnly = { skip: !native && 'the native library does not run here' };

/** Examples of which the first feature says the class. */
function examples(count: number, inputs: number, classes: number): { x: tf.Tensor2D; y: tf.Tensor2D } {
  const tf = tensorFlowJs();
  return tf.tidy(() => {
    const x = tf.randomUniform<tf.Rank.R2>([count, inputs], 0, 1, 'float32', 5);
    const label = x.slice([0, 0], [count, 1]).mul(classes).floor().reshape([count]).cast('int32') as tf.Tensor1D;
    return { x, y: tf.oneHot(label, classes).cast('float32') as tf.Tensor2D };
  });
}

interface Net {
  readonly sizes: readonly number[];
  readonly optimizer: () => tf.Optimizer;
}

/** A dense net whose step is `minimize` of the softmax cross-entropy. */
function trainer({ sizes, optimizer }: Net, options: Parameters<typeof compileStep>[1] = {}) {
  const tf = tensorFlowJs();
  const model = tf.sequential();
  sizes.slice(1).forEach((units, i) => {
    const last = i === sizes.length - 2;
    const kernelInitializer = tf.initializers.glorotUniform({ seed: i + 1 });
    model.add(tf.layers.dense({ units, kernelInitializer, activation: last ? 'linear' : 'relu', inputShape: i === 0 ? [sizes[0]!] : undefined }));
  });
  const rule = optimizer();
  const variables = model.trainableWeights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
  const loss = (x: tf.Tensor, y: tf.Tensor) => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as tf.Tensor);
  const step = compileStep((x: tf.Tensor, y: tf.Tensor) => rule.minimize(() => loss(x, y) as tf.Scalar, true, variables)!, options);
  return { model, optimizer: rule, step, dispose: () => [step, model, rule].forEach((part) => part.dispose()) };
}

const weightsOf = (model: tf.LayersModel) => model.getWeights().map((weight) => weight.dataSync());

/** The largest difference, as a share of the largest value. */
function difference(a: ArrayLike<number>[], b: ArrayLike<number>[]): number {
  let [most, scale] = [0, 0];
  a.forEach((values, i) => Array.from(values).forEach((value, k) => {
    most = Math.max(most, Math.abs(value - b[i]![k]!));
    scale = Math.max(scale, Math.abs(value));
  }));
  return most / scale;
}

/** The root mean square of the differences, as a share of that of the values. */
function typicalDifference(a: ArrayLike<number>[], b: ArrayLike<number>[]): number {
  let [differences, values] = [0, 0];
  a.forEach((all, i) => Array.from(all).forEach((value, k) => {
    differences += (value - b[i]![k]!) ** 2;
    values += value ** 2;
  }));
  return Math.sqrt(differences / values);
}

describe('compiled steps', () => {
  before(() => loadBackend());

  describe('the project’s nets: weights and every loss are those of eager execution, to float32 rounding', nativeOnly, () => {
    const adam = () => tensorFlowJs().train.adam(1e-3);
    const nets: Record<string, Net> = {
      '784-100-50-10': { sizes: [784, 100, 50, 10], optimizer: adam },
      '784-128-64-10': { sizes: [784, 128, 64, 10], optimizer: adam },
      '784-128-10 with SGD': { sizes: [784, 128, 10], optimizer: () => tensorFlowJs().train.sgd(0.1) },
      '784-5×1024-10': { sizes: [784, 1024, 1024, 1024, 1024, 1024, 10], optimizer: adam },
    };
    for (const [name, net] of Object.entries(nets)) {
      test(name, async () => {
        const { x, y } = examples(71, 784, 10);
        const [compiled, eager] = [trainer(net), trainer(net, { execution: 'eager' })];
        const options = { batchSize: 16, order: Int32Array.from({ length: 71 }, (_, i) => (i * 29) % 71) };
        const [a, b] = [await compiled.step.run([x, y], options), await eager.step.run([x, y], options)];
        assert.deepEqual([a.steps, a.values.shape, b.values.shape], [5, [5], [5]], 'four full batches and one of seven');
        assert.ok(difference([a.values.data], [b.values.data]) < 1e-5);
        // The largest difference says little: Adam makes a whole step of a gradient that is nothing but rounding.
        assert.ok(typicalDifference(weightsOf(compiled.model), weightsOf(eager.model)) < 1e-5);
        assert.equal(compiled.step.execution, 'compiled');
        [compiled, eager, x, y].forEach((part) => part.dispose());
      });
    }
  });

  for (const execution of executions) {
    describe(execution, () => {
      test('a result per step, in the step’s own structure', async () => {
        const tf = tensorFlowJs();
        const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
        const record = compileStep((rows: tf.Tensor) => ({ sum: rows.sum(), columns: rows.sum(0) }), { execution });
        const { values } = await record.run([x], { batchSize: 1 });
        assert.deepEqual([[...values.sum.data], values.sum.shape], [[3, 7, 11], [3]]);
        assert.deepEqual([[...values.columns.data], values.columns.shape], [[1, 2, 3, 4, 5, 6], [3, 2]]);
        const array = compileStep((rows: tf.Tensor) => [rows.max(), rows.cast('int32').min()] as const, { execution });
        const [max, min] = (await array.run([x], { batchSize: 2 })).values;
        assert.deepEqual([[...max.data], [...min.data]], [[4, 6], [1, 5]]);
        [record, array, x].forEach((part) => part.dispose());
      });

      test('predictions: one row for each example, the short last batch included', async () => {
        const tf = tensorFlowJs();
        const { x, y } = examples(50, 6, 3);
        const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, activation: 'softmax', inputShape: [6] })] });
        const predict = compileStep((rows: tf.Tensor) => model.apply(rows) as tf.Tensor, { execution });
        const { values } = await predict.run([x], { batchSize: 16, perExample: true });
        const expected = tf.tidy(() => (model.predict(x) as tf.Tensor).dataSync());
        assert.deepEqual(values.shape, [50, 3]);
        assert.ok(difference([values.data], [expected]) < 1e-6);
        [predict, model, x, y].forEach((part) => part.dispose());
      });

      test('a step without data is repeated; its variable counts, and a value set between two runs is seen', async () => {
        const tf = tensorFlowJs();
        const counter = tf.variable(tf.scalar(0));
        const step = compileStep(() => {
          counter.assign(counter.add(1));
          return counter.mul(10);
        }, { execution });
        assert.deepEqual([...(await step.run([], { steps: 3 })).values.data], [10, 20, 30]);
        assert.deepEqual([...counter.dataSync()], [3]);
        counter.assign(tf.scalar(-1));
        assert.deepEqual([...(await step.run([], { steps: 2 })).values.data], [0, 10]);
        [step, counter].forEach((part) => part.dispose());
      });

      test('an abort ends the run; the variables hold the state after the steps that were done', async () => {
        const tf = tensorFlowJs();
        const counter = tf.variable(tf.scalar(0));
        const step = compileStep(() => {
          counter.assign(counter.add(1));
          return counter;
        }, { execution });
        const controller = new AbortController();
        const result = await step.run([], {
          steps: 1_000_000,
          signal: controller.signal,
          onChunk: ({ firstStep }) => void (firstStep > 0 && controller.abort()),
        });
        assert.equal(result.interrupted, true);
        assert.ok(result.steps > 0 && result.steps < 1_000_000);
        assert.deepEqual([counter.dataSync()[0], step.stepsDone], [result.steps, result.steps]);
        [step, counter].forEach((part) => part.dispose());
      });

      test('random numbers are new in each step and each draw, the same for the same seed and step', async () => {
        const tf = tensorFlowJs();
        const draws = () => compileStep(() => [tf.randomUniform([4]), tf.randomUniform([4])] as const, { execution, seed: 7 });
        const [all, resumed] = [draws(), draws()];
        const [first, second] = (await all.run([], { steps: 20 })).values;
        assert.equal(new Set([...first.data, ...second.data]).size, 160);
        resumed.stepsDone = 15;
        const [later] = (await resumed.run([], { steps: 5 })).values;
        assert.deepEqual([...later.data], [...first.data.slice(60)]);
        [all, resumed].forEach((part) => part.dispose());
      });

      test('no tensor and no handle is left behind', async () => {
        const tf = tensorFlowJs();
        const { x, y } = examples(20, 5, 2);
        const counts = () => [tf.memory().numTensors, liveHandles()];
        const start = counts();
        const net = trainer({ sizes: [5, 4, 2], optimizer: () => tf.train.adam(0.01) }, { execution });
        await net.step.run([x, y], { batchSize: 8 });
        const once = counts();
        await net.step.run([x, y], { batchSize: 8 });
        assert.deepEqual(counts(), once);
        net.dispose();
        assert.deepEqual(counts(), start);
        [x, y].forEach((part) => part.dispose());
      });
    });
  }

  test('what is drawn does not depend on the execution', nativeOnly, async () => {
    const tf = tensorFlowJs();
    const runs = await Promise.all(executions.map(async (execution) => {
      const step = compileStep(() => [tf.randomNormal([8]), tf.dropout(tf.ones([8]), 0.5)] as const, { execution, seed: 3 });
      const [normal, kept] = (await step.run([], { steps: 4 })).values;
      step.dispose();
      return [[...normal.data], [...kept.data]];
    }));
    assert.deepEqual(runs[0], runs[1]);
  });

  for (const execution of executions) {
    test(`expandDims at every axis: ${execution}`, async () => {
      const tf = tensorFlowJs();
      const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
      const axes = [0, 1, 2, -1, -2];
      const step = compileStep((rows: tf.Tensor) => axes.map((axis) => tf.expandDims(rows, axis)), { execution });
      const { values } = await step.run([x]);
      values.forEach(({ data, shape }, i) => {
        assert.deepEqual(shape.slice(1), tf.tidy(() => tf.expandDims(x, axes[i]).shape));
        assert.deepEqual([...data], [1, 2, 3, 4, 5, 6]);
      });
      const outer = compileStep((rows: tf.Tensor) => rows.expandDims(-1).mul(rows.expandDims(1)).cast('int32').expandDims(0), { execution });
      assert.deepEqual([...(await outer.run([x])).values.data], [1, 2, 3, 2, 4, 6, 3, 6, 9, 16, 20, 24, 20, 25, 30, 24, 30, 36]);
      [step, outer, x].forEach((part) => part.dispose());
    });
  }

  describe('what cannot be compiled is refused by operation and line, and nothing is changed', nativeOnly, () => {
    const refused = async (step: (x: tf.Tensor) => tf.Tensor, message: RegExp) => {
      const tf = tensorFlowJs();
      const x = tf.tensor2d([1, 2, 3, 4], [4, 1]);
      const tensors = tf.memory().numTensors;
      const compiled = compileStep(step);
      await assert.rejects(compiled.run([x], { batchSize: 2 }), (error) => {
        assert.ok(error instanceof CompileError);
        assert.match(error.message, message);
        assert.match(error.message, /compile-step\.test\.(ts|js):\d+/);
        return true;
      });
      compiled.dispose();
      assert.equal(tf.memory().numTensors, tensors);
      const fallback = compileStep(step, { execution: 'compiled-or-eager' });
      const { values } = await fallback.run([x], { batchSize: 2 });
      assert.equal(values.data.length, 2);
      assert.deepEqual([fallback.execution, fallback.refusal instanceof CompileError], ['eager', true]);
      [fallback, x].forEach((part) => part.dispose());
    };

    test('a value read back', () => refused((x) => x.sum().mul(x.square().dataSync()[0]!), /the result of Square is read back into JavaScript/));

    test('a number that JavaScript counts', async () => {
      let count = 0;
      await refused((x) => x.sum().mul(++count), /not the same in every execution: a number made in JavaScript is 2 once and 3 another time/);
    });

    test('operations that JavaScript chooses', async () => {
      let count = 0;
      await refused((x) => (++count % 2 === 0 ? x.exp() : x.log()).sum(), /Exp runs once and Log another time/);
    });

    test('a tensor that is made anew between two executions', async () => {
      const tf = tensorFlowJs();
      let memory = tf.keep(tf.scalar(0));
      await refused((x) => {
        const next = tf.keep(memory.add(x.sum()));
        memory.dispose();
        memory = next as tf.Scalar;
        return next.clone();
      }, /uses a tensor that was made anew since the last execution/).finally(() => memory.dispose());
    });

    test('a shape that hangs on values', () => refused((x) => tensorFlowJs().unique(x.round().reshape([-1])).values.sum(), /Unique.* shape of its result hangs on values/));
  });

  test('an asynchronous step and results that are no tensors are refused', async () => {
    await assert.rejects(compileStep((async () => tensorFlowJs().scalar(1)) as never).run([], { steps: 1 }), /must not be asynchronous/);
    await assert.rejects(compileStep((() => 3) as never).run([], { steps: 1 }), /the step returned 3; it must return a tensor/);
    await assert.rejects(compileStep((() => ({ loss: 1 })) as never).run([], { steps: 1 }), /the step returned 1 as 'loss'/);
    await assert.rejects(compileStep((() => null) as never).run([], { steps: 1 }), /minimize gives its loss if its second argument is true/);
  });

  test('options that do not fit are refused by name and value', async () => {
    const tf = tensorFlowJs();
    const x = tf.zeros([3, 2]);
    const run = (options: object, data: tf.Tensor[] = [x]) => () => compileStep((...rows) => (rows[0] ?? tf.scalar(0)).sum()).run(data, options);
    await assert.rejects(run({ batchSize: 0 }), /batchSize is 0; it must be an integer above 0/);
    await assert.rejects(run({ order: Int32Array.of(0, 3) }), /order\[1\] is 3; it must be from 0 to 2/);
    await assert.rejects(run({ order: new Int32Array(0) }), /order is empty/);
    await assert.rejects(run({ steps: 2 }), /steps is 2; it is only for a step without data/);
    await assert.rejects(run({}, []), /steps is missing/);
    await assert.rejects(run({}, [x, tf.zeros([4])]), /data\[1\] has 4 examples and data\[0\] 3/);
    await assert.rejects(run({}, [tf.scalar(1)]), /data\[0\] is a scalar/);
    assert.throws(() => compileStep(() => x, { seed: -1 }), /seed is -1; it must be an integer from 0/);
    assert.throws(() => compileStep(() => x, { threads: 0 }), /threads is 0; it must be an integer above 0/);
    const step = compileStep((rows: tf.Tensor) => rows.sum());
    step.dispose();
    await assert.rejects(step.run([x]), /a disposed step was run/);
  });
});

describe('variables that share their memory', nativeOnly, () => {
  // The numbers of the one that was made last would be taken for both.
  for (const trained of [0, 1]) {
    test(`with another variable, as after setWeights, are trained apart: number ${trained}`, async () => {
      const tf = tensorFlowJs();
      const models = [0, 1, 2].map(() => tf.sequential({ layers: [tf.layers.dense({ units: 1, useBias: false, inputShape: [2] })] }));
      models.slice(1).forEach((model) => model.setWeights(models[0]!.getWeights()));
      const kernel = (model: tf.Sequential) => Array.from(model.getWeights()[0]!.dataSync());
      const before = kernel(models[2]!);
      const x = tf.ones<tf.Rank.R2>([6, 2]);
      const train = async (model: tf.Sequential, execution: 'compiled' | 'eager') => {
        const optimizer = tf.train.sgd(0.1);
        const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
        const loss = (batch: tf.Tensor) => (model.apply(batch) as tf.Tensor).sum().square() as tf.Scalar;
        const step = compileStep((batch) => optimizer.minimize(() => loss(batch), true, variables)!, { execution });
        await step.run([x], { batchSize: 1 });
        step.dispose();
      };
      await train(models[trained]!, 'compiled');
      assert.deepEqual(kernel(models[1 - trained]!), before);
      assert.deepEqual(kernel(models[2]!), before);
      await train(models[2]!, 'eager');
      kernel(models[2]!).forEach((expected, i) => assert.ok(Math.abs(kernel(models[trained]!)[i]! - expected) < 1e-6));
      models.forEach((model) => model.dispose());
      x.dispose();
    });
  }

  test('with a tensor that the step uses keep it as it was', async () => {
    const tf = tensorFlowJs();
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const start = variable.clone();
    const step = compileStep(() => {
      variable.assign(variable.add(1));
      return variable.sub(start);
    });
    const { values } = await step.run([], { steps: 3 });
    assert.deepEqual(Array.from(values.data), [1, 1, 2, 2, 3, 3]);
    step.dispose();
    tf.dispose([variable, start]);
  });
});
