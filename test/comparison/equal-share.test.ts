import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { comparisonNetworks, compress, equalShareRanks, loadBackend } from '../../src';

before(() => loadBackend());

const kernels = [[784, 100], [100, 50], [50, 10]] as const;
const names = ['hidden_1', 'hidden_2', 'output'];

describe('equal shares of the ranks', () => {
  for (const budget of [60_000, 48_410, 24_180, 11_728, 5_000, 2_500]) {
    test(`784-100-50-10 with at most ${budget} parameters: within the budget, and any larger share would not be`, () => {
      const model = comparisonNetworks['784-100-50-10'].build(0);
      const ranks = equalShareRanks(model, budget);
      const { model: small } = compress(model, { perLayer: ranks });
      assert.ok(small.countParams() <= budget, `${small.countParams()} parameters`);
      for (let share = 0; share <= 1; share += 1 / 1024) {
        const larger = kernels.map(([m, n]) => Math.max(1, Math.floor(share * Math.min(m, n) + 1e-9)));
        const parameters = 160 + kernels.reduce((sum, [m, n], at) => sum + Math.min(larger[at]! * (m + n), m * n), 0);
        if (parameters > budget) break;
        kernels.forEach(([m, n], at) => assert.ok((ranks[names[at]!] ?? Math.min(m, n)) >= larger[at]!, `a share of ${share} is within the budget`));
      }
      small.dispose();
      model.dispose();
    });
  }

  test("assignment 2's ranks 25/12/2 are those of its 24,180 parameters", () => {
    const model = comparisonNetworks['784-100-50-10'].build(0);
    assert.deepEqual(equalShareRanks(model, 24_180), { hidden_1: 25, hidden_2: 12, output: 2 });
    model.dispose();
  });

  test('layers that are to stay whole are not named', () => {
    const model = comparisonNetworks['784-100-50-10'].build(0);
    assert.deepEqual(Object.keys(equalShareRanks(model, 24_180, ['output'])), ['hidden_1', 'hidden_2']);
    model.dispose();
  });

  test('a budget below rank 1 is refused with the least one', () => {
    const model = comparisonNetworks['784-100-50-10'].build(0);
    const least = 884 + 150 + 60 + 160;
    assert.throws(() => equalShareRanks(model, least - 1), { name: 'RangeError', message: new RegExp(`maxParameters is ${least - 1}; at rank 1 the model has ${least}`) });
    assert.deepEqual(equalShareRanks(model, least), { hidden_1: 1, hidden_2: 1, output: 1 });
    model.dispose();
  });
});
