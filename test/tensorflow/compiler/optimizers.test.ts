import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import {
  attribute,
  keep,
  loadBackend,
  nativeTensor,
  nativeTensorFlow,
  PythonRandom,
  runOp,
  scope,
  type NativeTensor,
} from '../../../src/tensorflow';
import { compileStep } from '../../../src/tensorflow/compiler';
import { advanceIterations, countIterations, withFusedOptimizers } from '../../../src/tensorflow/compiler/optimizers';
import type { UpdateRecorder } from '../../../src/tensorflow/compiler/optimizers/rules';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';

const { bool, shape, string, type } = attribute;
const native = nativeTensorFlow() !== undefined;

type MakeOptimizer = (train: typeof tf.train) => tf.Optimizer;

/** Optimizers of `tf.train` that become fused operations. */
const fused: Record<string, MakeOptimizer> = {
  'sgd(0.05)': (train) => train.sgd(0.05),
  'momentum(0.01, 0.9)': (train) => train.momentum(0.01, 0.9),
  'momentum(0.01, 0.99)': (train) => train.momentum(0.01, 0.99),
  'momentum(0.01, 0.9), Nesterov': (train) => train.momentum(0.01, 0.9, true),
  'adam(0.001)': (train) => train.adam(0.001),
  'adam(0.01, 0.5, 0.9)': (train) => train.adam(0.01, 0.5, 0.9),
  'adam(0.01, 0.95, 0.9999, 1e-8)': (train) => train.adam(0.01, 0.95, 0.9999, 1e-8),
  'adam(0.001, 0.9, 0.999, 0.001)': (train) => train.adam(0.001, 0.9, 0.999, 0.001),
  'adamax(0.002)': (train) => train.adamax(0.002),
  'adamax(0.01, 0.99, 0.9, 1e-4, 0.1)': (train) => train.adamax(0.01, 0.99, 0.9, 1e-4, 0.1),
  'rmsprop(0.001)': (train) => train.rmsprop(0.001),
  'rmsprop(0.01, 0.999, 0.9)': (train) => train.rmsprop(0.01, 0.999, 0.9),
  'rmsprop(0.01, 0.5, 0.5, 1e-3)': (train) => train.rmsprop(0.01, 0.5, 0.5, 1e-3),
};

/** Those that do not. */
const ordinary: typeof fused = {
  'adagrad(0.1)': (train) => train.adagrad(0.1),
  'adagrad(0.01, 0)': (train) => train.adagrad(0.01, 0),
  'adadelta(1)': (train) => train.adadelta(1),
  'adadelta(0.5, 0.9, 1e-3)': (train) => train.adadelta(0.5, 0.9, 1e-3),
  'rmsprop(0.001), centered': (train) => train.rmsprop(0.001, 0.9, 0.5, 1e-20, true),
};

const all = { ...fused, ...ordinary };

const steps = 60;
const extent = [40, 5];
const size = 200;

/** Of magnitudes from 1e-7, where ε rules, to 1; some of them zero. */
function randomGradients(seed: number): tf.Tensor[] {
  const random = new PythonRandom(seed);
  const uniform = () => random.randint(1, 2 ** 40) / 2 ** 40;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const value = (i: number) => (uniform() < 0.05 ? 0 : 10 ** (-7 + (7 * i) / size) * (normal() + 0.5));
  return Array.from({ length: steps }, () =>
    tensorFlowJs().tensor(Float32Array.from({ length: size }, (_, i) => value(i)), extent),
  );
}

/** May put other inputs into an operation. */
type Change = (op: string, inputs: NativeTensor[]) => void;

/** Does what a compiled step would do, at once: updates run on resources that shadow the variables. */
class ShadowRecorder implements UpdateRecorder {
  readonly operations: string[] = [];
  readonly parameters: (() => number)[] = [];
  readonly #resources = new Map<tf.Variable, NativeTensor>();
  readonly #change: Change;

  constructor(change: Change = () => {}) {
    this.#change = change;
  }

  unrecorded<T>(body: () => T): T {
    return body();
  }

  reference(): { captured: number } {
    return { captured: 0 };
  }

  parameter(read: () => number): tf.Tensor {
    this.parameters.push(read);
    return tensorFlowJs().scalar(read());
  }

  update(...[op, inputs, attributes, updated]: Parameters<UpdateRecorder['update']>): void {
    assert.deepEqual(updated, inputs.filter((input) => 'assign' in input));
    scope(() => {
      const natives = inputs.map((input) => ('assign' in input ? this.#resource(input as tf.Variable) : copy(input)));
      this.#change(op, natives);
      runOp(op, { inputs: natives, attributes, outputs: 0 });
    });
    this.operations.push(op);
  }

  value(variable: tf.Variable): Float32Array {
    const dtype = type('float32');
    const read = () => runOp('ReadVariableOp', { inputs: [this.#resource(variable)], attributes: { dtype } }).read();
    return scope(read) as Float32Array;
  }

  destroy(): void {
    for (const resource of this.#resources.values()) {
      runOp('DestroyResourceOp', { inputs: [resource], attributes: { ignore_lookup_error: bool(false) }, outputs: 0 });
      resource.dispose();
    }
    this.#resources.clear();
  }

  /** All variables start from zero here, as the fused optimizers' accumulators do everywhere. */
  #resource(variable: tf.Variable): NativeTensor {
    let resource = this.#resources.get(variable);
    if (resource === undefined) {
      const dtype = type('float32');
      const names = { shared_name: string(`shadow ${variable.id}`), container: string('') };
      const attributes = { dtype, shape: shape(variable.shape), ...names };
      resource = keep(runOp('VarHandleOp', { attributes }));
      const zeros = nativeTensor(new Float32Array(variable.size), variable.shape, 'float32');
      runOp('AssignVariableOp', { inputs: [resource, zeros], attributes: { dtype }, outputs: 0 });
      this.#resources.set(variable, resource);
    }
    return resource;
  }
}

const copy = (tensor: tf.Tensor) => nativeTensor(tensor.dataSync(), tensor.shape, 'float32');

/** How far fused updates are off the optimizer's, at the worst step and element, as a share of the element's way. */
function deviation(make: MakeOptimizer, change?: Change): number {
  const tf = tensorFlowJs();
  const recorder = new ShadowRecorder(change);
  const variable = tf.variable(tf.zeros(extent));
  const optimizer = make(tf.train);
  const gradients = randomGradients(7);
  let last = variable.dataSync();
  const way = new Float64Array(size);
  let worst = 0;
  for (const tensor of gradients) {
    withFusedOptimizers(recorder, () => optimizer.applyGradients([{ name: variable.name, tensor }]));
    const now = variable.dataSync();
    const shadow = recorder.value(variable);
    now.forEach((value, i) => {
      way[i] += Math.abs(value - last[i]);
      if (value !== shadow[i]) worst = Math.max(worst, Math.abs(value - shadow[i]) / way[i]);
    });
    last = now;
  }
  assert.equal(recorder.operations.length, steps);
  recorder.destroy();
  tf.dispose([variable, ...gradients]);
  optimizer.dispose();
  return worst;
}

/** 16 units of float32's last place: a step has about ten roundings, and a moment can be smaller than its terms. */
const rounding = 2 ** -19;

before(loadBackend);

describe('optimizers as fused operations', { skip: !native && 'the native library does not run here' }, () => {
  for (const [name, make] of Object.entries(fused)) {
    test(`${name}: ${steps} fused updates go where the optimizer goes`, () => {
      const found = deviation(make);
      assert.ok(found <= rounding, `off by ${found} of the way`);
    });
  }

  const input =
    (expected: string, index: number, value: (old: number) => number): Change =>
    (op, inputs) => {
      assert.equal(op, expected);
      inputs[index] = nativeTensor([value((inputs[index].read() as Float32Array)[0])], [], 'float32');
    };
  const scaled = (rate: number) => rate * Math.sqrt(Math.fround(1 - 0.999) / (1 - Math.fround(0.999)));

  for (const [name, optimizer, change] of [
    ["Adam's ε where TensorFlow has it", 'adam(0.001)', input('ResourceApplyAdam', 8, () => 1e-7)],
    ["Adam without the averages' scale", 'adam(0.001)', input('ResourceApplyAdam', 5, scaled)],
    ["RMSProp without the averages' scale", 'rmsprop(0.01, 0.999, 0.9)', input('ResourceApplyRMSProp', 3, scaled)],
    ["RMSProp's ε outside the root", 'rmsprop(0.001)', input('ResourceApplyRMSProp', 6, () => 1e-14)],
    ['Adamax with half its ε', 'adamax(0.002)', input('ResourceApplyAdaMax', 7, (epsilon) => epsilon / 2)],
  ] as const) {
    test(`the bound tells ${name} apart`, () => {
      const found = deviation(fused[optimizer], change);
      assert.ok(found > 2 * rounding, `off by ${found} of the way`);
    });
  }
});

describe('optimizers while they are recorded', { skip: !native && 'the native library does not run here' }, () => {
  let recorder: ShadowRecorder;
  beforeEach(() => (recorder = new ShadowRecorder()));
  afterEach(() => recorder.destroy());

  for (const [name, make] of Object.entries(all)) {
    test(`${name}: variables, accumulators and iterations are those of an optimizer that is not recorded`, () => {
      const tf = tensorFlowJs();
      const [recorded, plain] = [make(tf.train), make(tf.train)];
      const make3 = () => [tf.zeros([2]), tf.ones(extent), tf.ones([3])].map((value) => tf.variable(value));
      const [a, b] = [make3(), make3()];
      // One variable never has a gradient, one not always; an array and a record take turns.
      const named = (variables: tf.Variable[], tensor: tf.Tensor, i: number) => {
        const tensors = [null, tensor, i % 3 === 0 ? null : tf.fill([3], i / steps)] as tf.Tensor[];
        const entries = variables.map((variable, k) => ({ name: variable.name, tensor: tensors[k] }));
        return i % 2 === 0 ? entries : Object.fromEntries(entries.map((entry) => [entry.name, entry.tensor]));
      };
      randomGradients(3).slice(0, 12).forEach((tensor, i) => {
        withFusedOptimizers(recorder, () => recorded.applyGradients(named(a, tensor, i)));
        plain.applyGradients(named(b, tensor, i));
      });
      const values = (variables: tf.Variable[]) => variables.map((variable) => [...variable.dataSync()]);
      assert.deepEqual(values(a), values(b));
      assert.ok([...a[1].dataSync()].some((value) => value !== 1));
      assert.deepEqual(statesOf(recorded), statesOf(plain));
      assert.equal(recorded.iterations, 12);
      assert.equal(recorder.operations.length, name in fused ? 12 + 8 : 0);
    });

    test(`${name}: its learning rate is read anew`, () => {
      const tf = tensorFlowJs();
      const optimizer = make(tf.train) as Rated;
      const variable = tf.variable(tf.zeros([1]));
      withFusedOptimizers(recorder, () => optimizer.applyGradients([{ name: variable.name, tensor: tf.ones([1]) }]));
      const before = recorder.parameters.map((read) => read());
      changeRate(optimizer, 2 * optimizer.learningRate);
      const changes = recorder.parameters.map((read, i) => [before[i], read()]).filter(([old, now]) => old !== now);
      assert.deepEqual(changes.map(([old, now]) => now / old), [2]);
    });

    test(`${name}: no tensors are left behind`, () => {
      const tf = tensorFlowJs();
      const optimizer = make(tf.train);
      const variable = tf.variable(tf.zeros([3]));
      const gradients = [{ name: variable.name, tensor: tf.ones([3]) }];
      const apply = () => withFusedOptimizers(recorder, () => optimizer.applyGradients(gradients));
      apply();
      const { numTensors } = tf.memory();
      apply();
      assert.equal(tf.memory().numTensors, numTensors);
    });
  }

  test('each variable has its own accumulators, by its place', () => {
    const tf = tensorFlowJs();
    const updates: (readonly (tf.Variable | tf.Tensor)[])[] = [];
    recorder.update = (_, inputs) => void updates.push(inputs);
    const optimizer = tf.train.adam(0.001) as unknown as tf.Optimizer & Record<string, { variable: tf.Variable }[]>;
    const variables = [tf.variable(tf.zeros([1])), tf.variable(tf.zeros([2])), tf.variable(tf.zeros([3]))];
    const tensors = [tf.ones([1]), null, tf.ones([3])] as tf.Tensor[];
    const gradients = variables.map(({ name }, i) => ({ name, tensor: tensors[i] }));
    withFusedOptimizers(recorder, () => optimizer.applyGradients(gradients));
    const { accumulatedFirstMoment: first, accumulatedSecondMoment: second } = optimizer;
    assert.deepEqual(
      updates.map((inputs) => inputs.slice(0, 3)),
      [0, 2].map((i) => [variables[i], first[i].variable, second[i].variable]),
    );
    assert.deepEqual(updates.map((inputs) => inputs.at(-1)), [tensors[0], tensors[2]]);
  });

  test('a gradient that has to be broadcast is', () => {
    const tf = tensorFlowJs();
    const variable = tf.variable(tf.zeros([2, 2]));
    const gradients = [{ name: variable.name, tensor: tf.tensor1d([1, 2]) }];
    withFusedOptimizers(recorder, () => tf.train.sgd(1).applyGradients(gradients));
    assert.deepEqual([...recorder.value(variable)], [-1, -2, -1, -2]);
    assert.deepEqual([...variable.dataSync()], [-1, -2, -1, -2]);
  });

  test('a class with an applyGradients of its own is left alone; where it calls the original, that is recorded', () => {
    const tf = tensorFlowJs();
    const variable = tf.variable(tf.zeros([1]));
    const gradients = [{ name: variable.name, tensor: tf.ones([1]) }];
    class Own extends tf.SGDOptimizer {
      override applyGradients(): void {
        variable.assign(tf.tensor1d([5]));
      }
    }
    class Halved extends tf.SGDOptimizer {
      override applyGradients(gradients: tf.NamedTensorMap | { name: string; tensor: tf.Tensor }[]): void {
        const entries = gradients as { name: string; tensor: tf.Tensor }[];
        super.applyGradients(entries.map(({ name, tensor }) => ({ name, tensor: tensor.div(2) })));
      }
    }
    withFusedOptimizers(recorder, () => new Own(1).applyGradients());
    assert.deepEqual([[...variable.dataSync()], recorder.operations], [[5], []]);
    withFusedOptimizers(recorder, () => new Halved(1).applyGradients(gradients));
    assert.deepEqual([[...variable.dataSync()], recorder.operations], [[4.5], ['ResourceApplyGradientDescent']]);
  });

  test('afterwards the classes are as they were, also after an error', () => {
    const { AdamOptimizer, SGDOptimizer } = tensorFlowJs();
    const originals = [AdamOptimizer, SGDOptimizer].map(({ prototype }) => prototype.applyGradients);
    const failing = () => {
      throw new Error('on purpose');
    };
    assert.throws(() => withFusedOptimizers(recorder, failing), /on purpose/);
    assert.equal(withFusedOptimizers(recorder, () => 5), 5);
    assert.deepEqual([AdamOptimizer, SGDOptimizer].map(({ prototype }) => prototype.applyGradients), originals);
  });
});

describe('optimizers in compiled steps', { skip: !native && 'the native library does not run here' }, () => {
  for (const [name, make] of Object.entries(all)) {
    test(`${name}: goes where it goes without compilation, also when its learning rate changes`, async () => {
      const tf = tensorFlowJs();
      const gradients = randomGradients(5);
      const data = tf.stack(gradients);
      const train = async (execution: 'compiled' | 'eager') => {
        const optimizer = make(tf.train) as Rated;
        const variable = tf.variable(tf.zeros(extent));
        const apply = (batch: tf.Tensor) => {
          optimizer.applyGradients([{ name: variable.name, tensor: batch.squeeze([0]) }]);
          return variable.clone();
        };
        const step = compileStep(apply, { execution });
        const run = (from: number, to: number) => {
          const order = Int32Array.from({ length: to - from }, (_, i) => from + i);
          return step.run([data], { batchSize: 1, order });
        };
        const first = await run(0, 40);
        changeRate(optimizer, 3 * optimizer.learningRate);
        const second = await run(40, steps);
        assert.equal(step.execution, execution);
        assert.equal(optimizer.iterations, steps);
        step.dispose();
        const path = [...first.values.data, ...second.values.data];
        assert.deepEqual(path.slice(-size), [...variable.dataSync()]);
        return path;
      };
      const [eager, compiled] = [await train('eager'), await train('compiled')];
      const way = new Float64Array(size);
      eager.forEach((value, i) => {
        way[i % size] += Math.abs(value - (i < size ? 0 : eager[i - size]));
        const off = Object.is(value, compiled[i]) ? 0 : Math.abs(value - compiled[i]);
        // Centered RMSProp of TensorFlow.js takes the root of −ε where gradients are zero: not a number in both.
        assert.ok(off === 0 || off <= rounding * way[i % size], `off by ${off} of a way of ${way[i % size]}`);
      });
      tf.dispose([data, ...gradients]);
    });
  }

  test('a gradient that is a constant', async () => {
    const tf = tensorFlowJs();
    const variable = tf.variable(tf.zeros([2]));
    const optimizer = tf.train.momentum(1, 0.5);
    const step = compileStep(() => {
      optimizer.applyGradients([{ name: variable.name, tensor: tf.tensor1d([1, 2]) }]);
      return variable.sum();
    });
    const { values } = await step.run([], { steps: 3 });
    assert.deepEqual([...values.data], [-3, -3 - 4.5, -3 - 4.5 - 5.25]);
    assert.deepEqual([...variable.dataSync()], [-4.25, -8.5]);
    step.dispose();
  });

  test('two optimizers of one variable, one after the other, and the first again', async () => {
    const tf = tensorFlowJs();
    const variable = tf.variable(tf.scalar(1));
    const [sgd, other] = [tf.train.sgd(0.25), tf.train.sgd(0.5)];
    const step = compileStep(() => {
      const loss = () => tf.square(variable).mul(0.5) as tf.Scalar;
      for (const optimizer of [sgd, other, sgd]) optimizer.minimize(loss, false, [variable]);
      return variable.clone();
    });
    const { values } = await step.run([], { steps: 2 });
    assert.deepEqual([...values.data], [0.75 * 0.5 * 0.75, (0.75 * 0.5 * 0.75) ** 2]);
    step.dispose();
  });
});

test('iterations stand still while they are counted, and can be advanced', () => {
  const tf = tensorFlowJs();
  const variable = tf.variable(tf.scalar(1));
  const [sgd, adam] = [tf.train.sgd(0.1), tf.train.adam(0.1)];
  const step = (optimizer: tf.Optimizer) => optimizer.minimize(() => variable.square() as tf.Scalar, false, [variable]);
  step(adam);
  const { result, applications } = countIterations(() => {
    step(sgd);
    step(adam);
    step(adam);
    return 'done';
  });
  assert.equal(result, 'done');
  assert.deepEqual([sgd.iterations, adam.iterations], [0, 1]);
  advanceIterations(applications, 10);
  assert.deepEqual([sgd.iterations, adam.iterations], [10, 21]);
  step(sgd);
  assert.equal(sgd.iterations, 11);
});

interface Rated extends tf.Optimizer {
  learningRate: number;
  setLearningRate?(rate: number): void;
}

function changeRate(optimizer: Rated, rate: number): void {
  if (optimizer.setLearningRate === undefined) optimizer.learningRate = rate;
  else optimizer.setLearningRate(rate);
}

/** The numbers that an optimizer keeps: its variables, in their order, and its own scalars. */
function statesOf(optimizer: tf.Optimizer): unknown {
  return Object.entries(optimizer).map(([key, value]) => {
    const slots = Array.isArray(value) ? value.map(({ variable }) => [...variable.dataSync()]) : undefined;
    return [key, slots ?? ('dataSync' in Object(value) ? [...value.dataSync()] : value)];
  });
}
