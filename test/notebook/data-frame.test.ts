import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { dataFrame, table } from '../../src/notebook';

const rows = [{ city: 'Oslo', temperature: 3.5 }, { city: 'Rome', temperature: null }, { city: null, temperature: 14 }];

test('a DataFrame with missing values is shown as its rows are', () => {
  assert.equal(table(dataFrame(rows)).text, table(rows).text);
});

test('a summary keeps its index as the first column', () => {
  const lines = table(dataFrame(rows).describe()).text.split('\n').map((line) => line.trim().split(/\s+/));
  assert.deepEqual(lines[0], ['temperature']);
  assert.ok(lines.some(([name, value]) => name === 'min' && Number(value) === 3.5));
  assert.ok(lines.some(([name, value]) => name === 'max' && Number(value) === 14));
});

test('danfojs makes tensors of our TensorFlow.js', () => {
  const frame = dataFrame([{ a: 1, b: 2 }, { a: 3, b: 4 }]);
  const tensor: unknown = frame.tensor;
  assert.ok(tensor instanceof tf.Tensor);
  assert.deepEqual(tensor.shape, [2, 2]);
  tensor.dispose();
});

test('no rows make no DataFrame', () => {
  assert.throws(() => dataFrame([]), /at least one row/);
});
