import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { attribute, nativeTensorFlow } from '../../src/tensorflow';
import { savedModel } from '../../src/tensorflow/compiler/graph-definition';
import { nativeBinding } from '../../src/tensorflow/native/binding';
import { loadGraph, type SessionThreads } from '../../src/tensorflow/native/session-config';
import { noThreadList, threadsOfThisProcess, waitForThreads } from '../support/thread-count';

const native = nativeTensorFlow() !== undefined;
const T = attribute.type('float32');

/** z = x + y, for any shapes. */
const sum = savedModel([
  ...['x', 'y'].map((name) => ({ name, op: 'Placeholder', inputs: [], attributes: { dtype: T } })),
  { name: 'z', op: 'AddV2', inputs: ['x', 'y'], attributes: { T } },
]);

function vector(values: ArrayLike<number>): number {
  return nativeBinding().createTensor([values.length], 1, Float32Array.from(values));
}

function withGraph<T>(threads: SessionThreads, body: (graph: number) => T): T {
  const graph = loadGraph(nativeBinding(), sum, threads);
  try {
    return body(graph);
  } finally {
    nativeBinding().deleteSavedModel(graph);
  }
}

describe('a graph in a session of its own', { skip: !native && 'the native library does not run here' }, () => {
  test('computes, whatever its threads, beside others', () => {
    const binding = nativeBinding();
    const [x, y] = [vector([1, 2]), vector([10, 20])];
    withGraph({ intraOp: 1, interOp: 1 }, (one) =>
      withGraph({ intraOp: 300, interOp: 2 }, (other) => {
        for (const graph of [one, other, one]) {
          const [z] = binding.runSavedModel(graph, [x, y], 'x:0,y:0', 'z:0');
          assert.deepEqual([...(binding.tensorDataSync(z!.id) as Float32Array)], [11, 22]);
          binding.deleteTensor(z!.id);
        }
      }),
    );
    for (const id of [x, y]) binding.deleteTensor(id);
  });

  test('has the threads that were asked for, and no more after its end', { skip: noThreadList }, () => {
    const counted = (threads: SessionThreads) => withGraph(threads, threadsOfThisProcess);
    const common = counted({ intraOp: 1, interOp: 1 }) - 2; // The first graph starts a thread that serves all.
    for (const [intraOp, interOp] of [[1, 1], [3, 1], [2, 5], [130, 1]] as const) {
      waitForThreads(common);
      assert.equal(counted({ intraOp, interOp }), common + intraOp + interOp);
    }
    waitForThreads(common);
  });

  test('numbers of threads that cannot be are refused by name', () => {
    for (const wrong of [0, -1, 1.5, NaN, 2 ** 31]) {
      for (const name of ['intraOp', 'interOp'] as const) {
        const threads = { intraOp: 1, interOp: 1, [name]: wrong };
        assert.throws(() => withGraph(threads, () => {}), new RegExp(`^RangeError: ${name} is ${wrong};`));
      }
    }
  });

  test('no files stay behind, even if TensorFlow refuses the model', (t) => {
    const { TMPDIR } = process.env;
    const folder = mkdtempSync(join(tmpdir(), 'session-config-'));
    t.after(() => {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
      rmSync(folder, { recursive: true });
    });
    process.env.TMPDIR = folder;
    withGraph({ intraOp: 1, interOp: 1 }, () => {});
    assert.throws(
      () => loadGraph(nativeBinding(), sum.subarray(0, sum.length / 2), { intraOp: 1, interOp: 1 }),
      /Failed to load SavedModel/,
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  test('a run that fails leaves its inputs to be freed', () => {
    const binding = nativeBinding();
    const short = vector([1, 2, 3]);
    const before = [binding.getNumOfTensors(), process.memoryUsage().rss] as const;
    const long = new Float32Array(5e6); // 20 MB
    withGraph({ intraOp: 1, interOp: 1 }, (graph) => {
      for (let i = 0; i < 20; i++) {
        const x = binding.createTensor([long.length], 1, long);
        assert.throws(() => binding.runSavedModel(graph, [x, short], 'x:0,y:0', 'z:0'), /Incompatible shapes/);
        binding.deleteTensor(x);
      }
    });
    assert.equal(binding.getNumOfTensors(), before[0]);
    assert.ok(process.memoryUsage().rss - before[1] < 200e6, 'less than half of what the inputs took');
    binding.deleteTensor(short);
  });
});
