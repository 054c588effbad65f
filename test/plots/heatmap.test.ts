import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heatmap, type Figure } from '../../src/plots';
import { blockMean } from '../../src/plots/heatmap';
import { unpack } from './unpack';

test('a small matrix is drawn entry by entry, its first row on top', () => {
  const figure = heatmap({ data: [1, 2, 3, 4, 5, 6], shape: [2, 3] });
  const z = unpack(figure.data[0].z);
  assert.deepEqual(z.shape, [2, 3]);
  assert.deepEqual([...z.data], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual((figure.layout.yaxis as { range: number[] }).range, [1.5, -0.5]);
  assert.equal(subtitle(figure), undefined);
});

test('a reduced matrix has the same weighted mean, fits the limit, and the chart says so', () => {
  const matrix = { data: Float64Array.from({ length: 784 * 1024 }, (_, k) => Math.sin(k)), shape: [784, 1024] };
  const figure = heatmap(matrix);
  const [{ z: packed, dx, dy }] = figure.data as unknown as [{ z: unknown; dx: number; dy: number }];
  const z = unpack(packed);
  assert.ok(z.data.length <= 20_000);
  assert.deepEqual(z.shape, [Math.ceil(784 / dy), Math.ceil(1024 / dx)]);
  let sum = 0;
  for (let row = 0; row < z.shape[0]; row++) {
    for (let column = 0; column < z.shape[1]; column++) {
      const weight = Math.min(dy, 784 - row * dy) * Math.min(dx, 1024 - column * dx);
      sum += weight * z.data[row * z.shape[1] + column];
    }
  }
  const whole = matrix.data.reduce((total, value) => total + value, 0);
  assert.ok(Math.abs(sum - whole) < 0.02, `${sum} is ${whole}, but for single precision`);
  assert.match(subtitle(figure) ?? '', new RegExp(`784 × 1024 entries; a cell is the mean of ${dy} × ${dx}`));
  assert.ok(JSON.stringify(figure).length < 120_000);
});

test('the longer side is reduced first', () => {
  const tall = blockMean({ data: new Float32Array(1024 * 20), shape: [1024, 20] }, 10_000);
  assert.equal(tall.shape[1], 20);
  assert.ok(tall.shape[0] * 20 <= 10_000);
});

test('a block mean is the mean of its entries', () => {
  const { data, shape, block } = blockMean({ data: [1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [3, 3] }, 4);
  assert.deepEqual([shape, block], [[2, 2], [2, 2]]);
  assert.deepEqual([...data], [3, 4.5, 7.5, 9]);
});

test('the colour range follows the data unless it is given', () => {
  const matrix = { data: [-2, 0, 1, 3], shape: [2, 2] };
  assert.deepEqual(range(heatmap(matrix)), [-2, 3]);
  assert.deepEqual(range(heatmap(matrix, { range: [-5, 5] })), [-5, 5]);
});

test('what is no matrix is refused', () => {
  assert.throws(() => heatmap({ data: [1, 2], shape: [2] }), /has the shape \[2\]/);
  assert.throws(() => heatmap({ data: [], shape: [0, 3] }), /empty/);
  assert.throws(() => heatmap({ data: [1, 2, 3], shape: [2, 2] }), /has 3 entries, but its shape \[2, 2\] says 4/);
  assert.throws(() => heatmap({ data: [1, NaN], shape: [1, 2] }), /matrix\[1\] is NaN/);
  assert.throws(() => heatmap({ data: [1], shape: [1, 1] }, { maxCells: 0 }), /maxCells is 0/);
});

function subtitle({ layout }: Figure): string | undefined {
  const title = layout.title as { text?: string } | undefined;
  return title?.text;
}

function range({ data: [{ zmin, zmax }] }: Figure): unknown[] {
  return [zmin, zmax];
}
