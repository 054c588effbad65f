import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  attribute,
  compile,
  float64Math,
  liveHandles,
  nativeTensor,
  nativeTensorFlow,
  runOp,
  scope,
  type NativeTensor,
} from '../../src/tensorflow';
import { standardNormal } from '../../src/tensorflow/random/standard-normal';

const { bool, int, shape, string, type } = attribute;
const native = nativeTensorFlow() !== undefined;

describe('TensorFlow operations by name', { skip: !native && 'the native library does not run here' }, () => {
  test('one result, with its shape and type', () => {
    scope(() => {
      const a = nativeTensor([1, 2, 3, 4], [2, 2], 'float32');
      const attributes = { T: type('float32'), transpose_a: bool(true), transpose_b: bool(false) };
      const c = runOp('MatMul', { inputs: [a, a], attributes });
      assert.deepEqual([...(c.read() as Float32Array)], [10, 14, 14, 20]);
      assert.deepEqual([c.shape, c.dtype, c.size], [[2, 2], 'float32', 4]);
    });
  });

  test('several results', () => {
    scope(() => {
      const x = nativeTensor([3, 1, 2], [3], 'float32');
      const inputs = [x, nativeTensor([2], [], 'int32')];
      const [top, indices] = runOp('TopKV2', { inputs, attributes: { T: type('float32'), sorted: bool(true) }, outputs: 2 });
      assert.deepEqual([...(top!.read() as Float32Array)], [3, 2]);
      assert.deepEqual([...(indices!.read() as Int32Array)], [0, 2]);
    });
  });

  test('no result, and attributes of other types: a resource variable', () => {
    scope(() => {
      const dtype = type('float32');
      const attributes = { dtype, shape: shape([2]), container: string(''), shared_name: string('of run-op.test') };
      const variable = runOp('VarHandleOp', { attributes });
      const inputs = [variable, nativeTensor([5, 6], [2], 'float32')];
      assert.deepEqual(runOp('AssignVariableOp', { inputs, attributes: { dtype }, outputs: 0 }), []);
      const read = runOp('ReadVariableOp', { inputs: [variable], attributes: { dtype } });
      assert.deepEqual([...(read.read() as Float32Array)], [5, 6]);
      runOp('DestroyResourceOp', { inputs: [variable], attributes: { ignore_lookup_error: bool(false) }, outputs: 0 });
    });
  });

  test('64-bit integers, beyond 32 bits and below zero', () => {
    scope(() => {
      const tensor = nativeTensor([2 ** 40 + 1, -3], [2], 'int64');
      assert.deepEqual([...(tensor.read() as BigInt64Array)], [2n ** 40n + 1n, -3n]);
    });
  });

  test('an error names the operation, and leaves nothing behind', () => {
    const before = liveHandles();
    assert.throws(
      () =>
        scope(() => {
          const a = nativeTensor([1, 2], [1, 2], 'float32');
          return runOp('MatMul', { inputs: [a, a], attributes: { T: type('float32') } });
        }),
      /TensorFlow operation MatMul: .*(mismatch|incompatible)/is,
    );
    assert.throws(() => runOp('NoSuchOperation'), /TensorFlow operation NoSuchOperation/);
    assert.equal(liveHandles(), before);
  });

  test('live handles agree with the binding’s own count', () => {
    const { binding } = nativeTensorFlow()!.findBackend('tensorflow') as unknown as {
      binding: { getNumOfTensors(): number };
    };
    const [handles, tensors] = [liveHandles(), binding.getNumOfTensors()];
    const kept = scope(() => nativeTensor([1], [1], 'int32'));
    assert.deepEqual([liveHandles() - handles, binding.getNumOfTensors() - tensors], [1, 1]);
    kept.dispose();
    assert.deepEqual([liveHandles() - handles, binding.getNumOfTensors() - tensors], [0, 0]);
  });

  test('normal draws equal RandomStandardNormal’s first ones bit for bit, and the plain ones to the last bits', () => {
    scope(() => {
      const dtype = type('float64');
      for (const seed2 of [1654615998, 1806341205]) {
        const math = float64Math('native');
        const drawn = runOp('RandomStandardNormal', {
          inputs: [nativeTensor([37, 11], [2], 'int32')],
          attributes: { dtype, T: type('int32'), seed: int(5), seed2: int(seed2) },
        });
        const stateful = math.read(drawn);
        assert.deepEqual(math.read(math.standardNormal([37, 11], { seed: 5, seed2 })), stateful);
        standardNormal(37 * 11, 5, seed2).forEach((value, i) =>
          assert.ok(Math.abs(value - stateful[i]!) <= 1e-15 * Math.abs(stateful[i]!), `${value}, ${stateful[i]}`),
        );
      }
    });
  });
});

test('without the native library an operation says so', { skip: native && 'the native library runs' }, () => {
  assert.throws(() => runOp('NoOp'), /need the native backend.*npm run doctor/);
});

describe('operations compiled into a graph', { skip: !native && 'the native library does not run here' }, () => {
  const T = type('float32');
  const vector = (...values: number[]) => nativeTensor(values, [values.length], 'float32');
  const add = (a: NativeTensor, b: NativeTensor) => runOp('AddV2', { inputs: [a, b], attributes: { T } });
  const read = (tensor: NativeTensor | undefined) => [...(tensor!.read() as Float32Array)];

  test('gives for other inputs what the operations give one by one', () => {
    scope(() => {
      const captured = vector(100, 200, 300);
      const [a, b] = [vector(1, 2, 3), vector(5, 5, 5)];
      const graph = compile([a, b], () => {
        const inputs = [add(add(a, b), captured), nativeTensor([2], [], 'int32')];
        const [values, indices] = runOp('TopKV2', { inputs, attributes: { T, sorted: bool(true) }, outputs: 2 });
        return [indices!, values!, a];
      });
      const [indices, values, same] = graph.run([vector(7, 8, 9), vector(0, 500, 0)]);
      assert.deepEqual([...(indices!.read() as Int32Array)], [1, 2]);
      assert.deepEqual(read(values), [708, 309]);
      assert.deepEqual(read(same), [7, 8, 9]);
    });
  });

  test('attributes of every kind pass into the graph', () => {
    scope(() => {
      const x = nativeTensor([1, 2, 3, 4], [1, 2, 2, 1], 'float32');
      const graph = compile([x], () => {
        const attributes = { T, ksize: int([1, 2, 2, 1]), strides: int([1, 2, 2, 1]), padding: string('VALID') };
        const pooled = runOp('AvgPool', { inputs: [x], attributes: { ...attributes, data_format: string('NHWC') } });
        const leaky = runOp('LeakyRelu', { inputs: [pooled], attributes: { T, alpha: attribute.float(0.25) } });
        const dtype = type('int32');
        const placeholder = runOp('EnsureShape', { inputs: [leaky], attributes: { T, shape: shape([1, 1, 1, 1]) } });
        return [runOp('Cast', { inputs: [placeholder], attributes: { SrcT: T, DstT: dtype, Truncate: bool(false) } })];
      });
      const [result] = graph.run([nativeTensor([-16, -16, -16, -16], [1, 2, 2, 1], 'float32')]);
      assert.deepEqual([...(result!.read() as Int32Array)], [-4]);
    });
  });

  test('inputs that do not fit are refused, and a disposed graph', () => {
    scope(() => {
      const x = vector(1, 2);
      const graph = compile([x], () => [add(x, x)]);
      assert.throws(() => graph.run([]), /input 0 of the graph is missing; it must be float32 \[2\]/);
      assert.throws(() => graph.run([vector(1, 2, 3)]), /input 0 of the graph is float32 \[3\]/);
      graph.dispose();
      assert.throws(() => graph.run([x]), /a disposed graph was run/);
    });
  });

  test('nothing stays behind: handles, tensors, graphs', () => {
    const { binding } = nativeTensorFlow()!.findBackend('tensorflow') as unknown as {
      binding: { getNumOfTensors(): number; getNumOfSavedModels(): number };
    };
    const counts = () => [liveHandles(), binding.getNumOfTensors(), binding.getNumOfSavedModels()];
    const before = counts();
    scope(() => {
      const x = vector(1, 2);
      const graph = compile([x], () => [add(x, x)]);
      for (let i = 0; i < 10; i++) graph.run([x]);
    });
    assert.deepEqual(counts(), before);
    assert.throws(() => scope(() => compile([], () => { throw new Error('from the body'); })), /from the body/);
    assert.deepEqual(counts(), before);
  });
});
