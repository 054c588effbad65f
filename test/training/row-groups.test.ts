import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PythonRandom } from '../../src/tensorflow';
import { groupRows, type RowGroup } from '../../src/training/row-groups';

/** Each group holds exactly the columns that its rows use, and each row is in one group. */
function checkGroups(groups: readonly RowGroup[], data: Float64Array, rows: number, columns: number): void {
  assert.deepEqual(
    groups.flatMap((group) => [...group.rows]).sort((a, b) => a - b),
    [...Array(rows).keys()],
  );
  for (const group of groups) {
    const used = new Set<number>();
    for (const row of group.rows) {
      for (let j = 0; j < columns; j++) if (data[row * columns + j] !== 0) used.add(j);
    }
    assert.deepEqual([...group.columns], [...used].sort((a, b) => a - b));
  }
}

function share(groups: readonly RowGroup[], rows: number, columns: number): number {
  return groups.reduce((sum, group) => sum + group.rows.length * group.columns.length, 0) / (rows * columns);
}

test('rows of two kinds, each with its own columns, are told apart', () => {
  const [rows, columns] = [3000, 40];
  const data = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < 20; j++) data[row * columns + (row % 2) * 20 + j] = 1;
  }
  const groups = groupRows(data, rows, columns);
  checkGroups(groups, data, rows, columns);
  assert.equal(share(groups, rows, columns), 0.5);
});

for (const [title, rows, columns, density] of [
  ['sparse rows', 2500, 50, 0.1],
  ['rows without a zero', 2500, 50, 1],
  ['nothing but zeros', 1500, 9, 0],
  ['few rows', 5, 33, 0.3],
  ['one row', 1, 1, 1],
] as const) {
  test(`${title}: every row in one group, with just the columns that it needs`, () => {
    const random = new PythonRandom(rows);
    const data = Float64Array.from({ length: rows * columns }, () => (random.randint(1, 1000) <= density * 1000 ? 1 : 0));
    const groups = groupRows(data, rows, columns);
    checkGroups(groups, data, rows, columns);
    assert.deepEqual(groupRows(data, rows, columns), groups, 'the same groups on each call');
  });
}

test('groups stay small enough for the cache', () => {
  const groups = groupRows(new Float64Array(10_001 * 3).fill(1), 10_001, 3);
  assert.ok(groups.length > 1);
  assert.ok(groups.every((group) => group.rows.length <= 2000));
});
