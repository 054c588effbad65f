import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attribute, float64Math, liveHandles, nativeTensor, nativeTensorFlow, runOp, scope } from '../../src/tensorflow';
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
