import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confusionCounts, confusionMatrix } from '../../src/plots';

const labels = Uint8Array.from({ length: 500 }, (_, i) => i % 10);
const predictions = labels.map((label, i) => (i % 7 === 0 ? (label + i) % 10 : label));

test('the counts add up to the number of labels, those on the diagonal to the correct ones', () => {
  const counts = confusionCounts(labels, predictions);
  assert.equal(counts.flat().reduce((sum, count) => sum + count), 500);
  const correct = labels.filter((label, i) => label === predictions[i]).length;
  assert.equal(counts.reduce((sum, row, c) => sum + row[c], 0), correct);
  counts.forEach((row, c) => assert.equal(row.reduce((sum, count) => sum + count), 50, `images of class ${c}`));
});

test("scikit-learn's example: rows are true classes, columns predicted ones", () => {
  // sklearn.metrics.confusion_matrix, first example of its documentation.
  assert.deepEqual(confusionCounts([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2]), [[2, 0, 0], [0, 0, 1], [1, 0, 2]]);
});

test('every cell is drawn once: correct ones and wrong ones each in their own colours', () => {
  const figure = confusionMatrix([0, 0, 1, 2], [0, 1, 1, 0]);
  const [correct, wrong] = figure.data.map(({ z }) => z as (number | null)[][]);
  assert.deepEqual(correct, [[1, null, null], [null, 1, null], [null, null, 0]]);
  assert.deepEqual(wrong, [[null, 1, 0], [0, null, 0], [1, 0, null]]);
  assert.match((figure.layout.title as { text: string }).text, /2 of 4 correct \(50\.00 %\)/);
});

test('class names label both axes', () => {
  const { layout } = confusionMatrix([0], [1], { classNames: ['cat', 'dog'] });
  for (const axis of ['xaxis', 'yaxis']) assert.deepEqual((layout[axis] as { ticktext: string[] }).ticktext, ['cat', 'dog']);
});

test('what is no classification is refused', () => {
  assert.throws(() => confusionMatrix([1], [1, 2]), /1 labels and 2 predictions/);
  assert.throws(() => confusionMatrix([], []), /at least one/);
  assert.throws(() => confusionMatrix([0, 2], [0, 1], { classNames: ['a', 'b'] }), /labels\[1\] is 2; a class is an integer from 0 to 1/);
  assert.throws(() => confusionMatrix([0, 1], [0, NaN]), /predictions\[1\] is NaN/);
  assert.throws(() => confusionMatrix([0, 1], [0, 0.5]), /predictions\[1\] is 0\.5/);
});
