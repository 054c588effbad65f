import assert from 'node:assert/strict';
import { test } from 'node:test';
import { threadsFor } from '../../../src/tensorflow/compiler/threads';

test('small steps run on one thread, large ones on all; never on more than there are', () => {
  const small = { largestOperation: 5e6, changedElements: 84_060 };
  const wide = { largestOperation: 6e6, changedElements: 670_000 };
  const large = { largestOperation: 4e8, changedElements: 670_000 };
  for (const cores of [1, 2, 16]) {
    assert.deepEqual(threadsFor(small, cores), { intraOp: 1, interOp: 1 });
    assert.deepEqual(threadsFor(wide, cores), { intraOp: 1, interOp: cores });
    assert.deepEqual(threadsFor(large, cores), { intraOp: cores, interOp: cores });
  }
});

test('a larger step never gets fewer threads', () => {
  let last = { intraOp: 1, interOp: 1 };
  for (let largestOperation = 1e5; largestOperation < 1e11; largestOperation *= 1.5) {
    const threads = threadsFor({ largestOperation, changedElements: 1000 }, 4);
    assert.ok(threads.intraOp >= last.intraOp && threads.interOp >= last.interOp);
    last = threads;
  }
});
