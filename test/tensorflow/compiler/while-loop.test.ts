import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import {
  attribute,
  compileStep,
  CompileError,
  liveHandles,
  loadBackend,
  nativeTensorFlow,
  runOp,
  scope,
  type CompileOptions,
} from '../../../src/tensorflow';
import { whileLoop } from '../../../src/tensorflow/compiler';
import { nativeBackend, nativeBinding } from '../../../src/tensorflow/native/binding';
import { NativeTensor } from '../../../src/tensorflow/native/native-tensor';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';

const native = nativeTensorFlow() !== undefined;

const sameTensor = (id: number) => nativeBinding().executeOp('Identity', [], [id], 1)[0]!;
const nativeOf = (tensor: tf.Tensor) => new NativeTensor(sameTensor(nativeBackend().getInputTensorIds([tensor])[0]!));
const tensorOf = (tensor: NativeTensor) => nativeBackend().createOutputTensor(sameTensor(tensor.id));

type State = readonly tf.Tensor[];

/** `whileLoop` in tensors of TensorFlow.js: `body` is repeated while the condition holds of the state. */
function repeatWhile(condition: (state: State) => tf.Tensor, start: State, body: (state: State) => State): tf.Tensor[] {
  const { tidy } = tensorFlowJs();
  return tidy(() => {
    const withFlag = (state: State) => [condition(state), ...state].map(nativeOf);
    return scope(() => {
      const [, ...last] = whileLoop(withFlag(start), ([, ...state]) => {
        let next: NativeTensor[] = [];
        tidy(() => void (next = withFlag(body(state.map(tensorOf)))));
        return next;
      });
      return last.map(tensorOf);
    });
  });
}

const counts = () => [tensorFlowJs().memory().numTensors, liveHandles(), nativeBinding().getNumOfTensors()];

type Step = (x: tf.Tensor) => tf.Tensor | tf.Tensor[];

/** What a step gives for each of a few batches, one value of each result for each. */
async function run(
  step: Step,
  values: readonly number[],
  options: CompileOptions & { batchSize?: number } = {},
): Promise<number[][]> {
  const x = tensorFlowJs().tensor1d([...values]);
  const compiled = compileStep((batch: tf.Tensor) => [step(batch)].flat(), options);
  try {
    const results = (await compiled.run([x], { batchSize: options.batchSize ?? 1 })).values;
    return results.map(({ data }) => [...data]);
  } finally {
    [compiled, x].forEach((part) => part.dispose());
  }
}

const eagerAndCompiled = async (step: Step, values: readonly number[], expected: readonly number[][]) => {
  for (const execution of ['eager', 'compiled'] as const)
    assert.deepEqual(await run(step, values, { execution }), expected, execution);
};

const isBelow =
  (limit: number) =>
  ([x]: State) =>
    x!.sum().less(limit);

/** How often, and to what, x is doubled until its sum is 100. */
const doubled = (x: tf.Tensor) =>
  repeatWhile(isBelow(100), [x, tensorFlowJs().scalar(0)], ([value, count]) => [value!.mul(2), count!.add(1)]);

describe('whileLoop', { skip: !native && 'the native library does not run here' }, () => {
  before(() => loadBackend());

  describe('eager and compiled', () => {
    test('as many repetitions as each batch needs, also none', () =>
      eagerAndCompiled(
        doubled,
        [1, 60, 200, 30, 3],
        [
          [128, 120, 200, 120, 192],
          [7, 1, 0, 2, 6],
        ],
      ));

    test('state that the body passes on or exchanges', () =>
      eagerAndCompiled(
        (x) =>
          repeatWhile(
            ([, , count]) => count!.less(3),
            [x, x.add(0.5), tensorFlowJs().scalar(0), x.mul(7)],
            ([a, b, count, kept]) => [b!, a!, count!.add(1), kept!],
          ),
        [1, 2],
        [
          [1.5, 2.5],
          [1, 2],
          [3, 3],
          [7, 14],
        ],
      ));

    test('a result that never changes from the start', () =>
      eagerAndCompiled(
        (x) =>
          repeatWhile(
            ([, count]) => count!.less(2),
            [x, tensorFlowJs().scalar(0)],
            ([, count]) => [x, count!.add(1)],
          ),
        [3, 4],
        [
          [3, 4],
          [2, 2],
        ],
      ));

    test('a loop in a loop', () => {
      // Σ over i < x of i², each square by i additions of i.
      const square = (i: tf.Tensor) =>
        repeatWhile(
          ([count]) => count!.less(i.sum()),
          [tensorFlowJs().scalar(0), tensorFlowJs().scalar(0)],
          ([count, sum]) => [count!.add(1), sum!.add(i)],
        )[1]!;
      return eagerAndCompiled(
        (x) =>
          repeatWhile(
            ([i]) => i!.less(x.sum()),
            [tensorFlowJs().scalar(0), tensorFlowJs().scalar(0)],
            ([i, sum]) => [i!.add(1), sum!.add(square(i!))],
          ),
        [0, 1, 4, 6],
        [
          [0, 1, 4, 6],
          [0, 0, 14, 55],
        ],
      );
    });

    test('two loops, the second on what the first gave', () =>
      eagerAndCompiled(
        (x) => repeatWhile(isBelow(1000), [doubled(x)[0]!], ([value]) => [value!.mul(3)]),
        [1, 60, 2000],
        [[1152, 1080, 2000]],
      ));

    test('variables, constants and the batch in the body', async () => {
      const tf = tensorFlowJs();
      const rate = tf.variable(tf.scalar(2));
      const ten = tf.scalar(10);
      await eagerAndCompiled(
        (x) => repeatWhile(isBelow(100), [x], ([value]) => [value!.mul(rate).add(ten).add(x).add(tf.scalar(0.5))]),
        [1, 20, 100],
        [[188.5, 171.5, 100]],
      );
      [rate, ten].forEach((tensor) => tensor.dispose());
    });

    test('a variable that the step changes is read as it is then', async () => {
      const tf = tensorFlowJs();
      for (const execution of ['eager', 'compiled'] as const) {
        const addend = tf.variable(tf.scalar(0));
        const step = (x: tf.Tensor) => {
          addend.assign(addend.add(1));
          const [value] = repeatWhile(isBelow(10), [x], ([each]) => [each!.add(addend)]);
          addend.assign(addend.add(value!.sum().mul(0)));
          return value!;
        };
        assert.deepEqual(await run(step, [0, 0, 0, 0], { execution }), [[10, 10, 12, 12]], execution);
        addend.dispose();
      }
    });

    test('the short last batch has its own repetitions', async () => {
      for (const execution of ['eager', 'compiled'] as const) {
        assert.deepEqual(await run((x) => doubled(x)[1]!, [1, 1, 1, 1, 1], { execution, batchSize: 2 }), [[6, 6, 7]]);
      }
    });
  });

  test('an operation in a loop that does not run is not executed', async () => {
    const attributes = { T: attribute.type('float32'), message: attribute.string('this was executed') };
    const checked = (x: tf.Tensor) =>
      scope(() => tensorOf(runOp('CheckNumerics', { inputs: [nativeOf(x)], attributes })));
    // Only a negative batch is let into the loop, where its logarithm is not a number; the recording does not see one.
    const step: Step = (x) => repeatWhile(isBelow(0), [x], () => [checked(x.log())]);
    assert.deepEqual(await run(step, [1, 2, 3]), [[1, 2, 3]]);
    const constant: Step = (x) =>
      repeatWhile(isBelow(0), [x], ([value]) => [value!.add(checked(tensorFlowJs().scalar(3).log()))]);
    assert.deepEqual(await run(constant, [1, 2, 3]), [[1, 2, 3]]);
    await assert.rejects(run(step, [1, 2, -3, 2]), /this was executed/);
  });

  describe('what cannot be compiled is refused by its line, and leaves nothing behind', () => {
    const refused = async (step: Step, message: RegExp) => {
      const start = counts();
      await assert.rejects(run(step, [1, 2, 3]), (error) => {
        assert.ok(error instanceof CompileError);
        assert.match(error.message, message);
        assert.match(error.message, /while-loop\.test\.(ts|js):\d+/);
        return true;
      });
      assert.deepEqual(counts(), start);
    };

    test('a variable that is assigned in the body', async () => {
      const tf = tensorFlowJs();
      // Computed, so that its value is on the native side already.
      const variable = tf.tidy(() => tf.variable(tf.scalar(0).exp()));
      const step: Step = (x) =>
        repeatWhile(isBelow(10), [x], ([value]) => {
          variable.assign(variable.add(1));
          return [value!.add(variable)];
        });
      await refused(step, /a variable is changed inside a loop at .*; change it after the loop/);
      assert.deepEqual([...variable.dataSync()], [1]);
      variable.dispose();
    });

    test('a variable that an optimizer changes in the body', async () => {
      const tf = tensorFlowJs();
      const variable = tf.variable(tf.scalar(1));
      const optimizer = tf.train.adam(0.1);
      const step: Step = (x) =>
        repeatWhile(isBelow(10), [x], ([value]) => {
          optimizer.minimize(() => variable.square() as tf.Scalar, false, [variable]);
          return [value!.add(1)];
        });
      await assert.rejects(run(step, [1, 2, 3]), {
        name: 'CompileError',
        message: /a variable is changed inside a loop at .*while-loop\.test\.(ts|js):\d+/,
      });
      assert.deepEqual([...variable.dataSync()], [1]);
      [variable, optimizer].forEach((part) => part.dispose());
    });

    test('a number from JavaScript that is another one in each execution', () =>
      refused(
        (x) => repeatWhile(isBelow(10), [x], ([value]) => [value!.add(1 + Math.random())]),
        /a number made in JavaScript is .* once and .* another time/,
      ));

    test('a value that is read back', () =>
      refused(
        (x) => repeatWhile(isBelow(10), [x], ([value]) => [value!.add(value!.exp().dataSync()[0]!)]),
        /the result of Exp is read back/,
      ));

    test('a body that is another one in each execution', async () => {
      let executions = 0;
      await refused((x) => {
        executions++;
        return repeatWhile(isBelow(10), [x], ([value]) => [executions % 2 === 0 ? value!.add(1) : value!.exp()]);
      }, /runs once and .* another time/);
    });
  });

  test('a body that throws leaves nothing behind', async () => {
    const failing: Step = (x) =>
      repeatWhile(isBelow(10), [x], ([value]) => {
        value!.exp();
        throw new Error('on purpose');
      });
    for (const execution of ['eager', 'compiled'] as const) {
      const start = counts();
      await assert.rejects(run(failing, [1], { execution }), /on purpose/);
      assert.deepEqual(counts(), start, execution);
    }
  });

  test('nothing stays behind', async () => {
    for (const execution of ['eager', 'compiled'] as const) {
      await run(doubled, [1, 2, 3], { execution });
      const start = counts();
      await run(doubled, [1, 60, 200], { execution });
      assert.deepEqual(counts(), start, execution);
    }
    const x = tensorFlowJs().tensor1d(Array.from({ length: 2000 }, (_, i) => i));
    const step = compileStep((batch: tf.Tensor) => doubled(batch));
    await step.run([x], { batchSize: 1, order: Int32Array.from({ length: 10 }, (_, i) => i + 1) });
    const atTen = counts();
    await step.run([x], { batchSize: 1, order: Int32Array.from({ length: 1999 }, (_, i) => i + 1) });
    assert.deepEqual(counts(), atTen);
    [step, x].forEach((part) => part.dispose());
  });

  test('XLA does not translate such a step: it runs as without', async () => {
    const tf = tensorFlowJs();
    const x = tf.tensor1d([1, 60, 200]);
    const step = compileStep((batch: tf.Tensor) => doubled(batch), { jitCompile: true });
    const { values } = await step.run([x], { batchSize: 1 });
    assert.deepEqual(
      values.map(({ data }) => [...data]),
      [
        [128, 120, 200],
        [7, 1, 0],
      ],
    );
    assert.deepEqual([step.execution, step.jitCompiled], ['compiled', false]);
    [step, x].forEach((part) => part.dispose());
  });
});
