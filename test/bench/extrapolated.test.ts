import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extrapolated } from './shared/extrapolated';

test('the first repetition counts once, the mean of the others for all that follow', () => {
  assert.equal(extrapolated([5, 1, 3], 10), 5 + 9 * 2);
});

test('what was measured in full is summed', () => {
  assert.equal(extrapolated([5, 1, 3], 3), 9);
  assert.equal(extrapolated([5], 1), 5);
});

test('one repetition tells nothing of the later ones', () => {
  assert.throws(() => extrapolated([5], 2), { name: 'RangeError' });
});
