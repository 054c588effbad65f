import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allocateRanks, PythonRandom, type LayerRank, type RankedLayer } from '../../src';

interface Point {
  readonly rank: LayerRank;
  readonly parameters: number;
  readonly value: number;
}

/** Every way that a layer may be left, by the definition. */
function points({ rows, columns, s, weight = 1, parametersPerRank = rows + columns }: RankedLayer): Point[] {
  const squares = Array.from(s, (value) => value ** 2);
  const total = squares.reduce((sum, square) => sum + square, 0);
  const kept = (rank: number) => weight * (total === 0 ? 1 : squares.slice(0, rank).reduce((sum, square) => sum + square, 0) / total);
  const factored = squares.map((_, j) => ({ rank: j + 1, parameters: (j + 1) * parametersPerRank, value: kept(j + 1) }));
  const smaller = factored.filter(({ parameters }) => parameters < rows * columns);
  return [...smaller, { rank: 'keep', parameters: rows * columns, value: weight }];
}

function measured(layers: readonly RankedLayer[], ranks: readonly LayerRank[]): { parameters: number; value: number } {
  const chosen = layers.map((layer, at) => points(layer).find(({ rank }) => rank === ranks[at])!);
  assert.ok(!chosen.includes(undefined as never), 'no rank without a saving');
  return { parameters: chosen.reduce((sum, { parameters }) => sum + parameters, 0), value: chosen.reduce((sum, { value }) => sum + value, 0) };
}

/** The most that can be kept, by trying everything. */
function bestValue(layers: readonly RankedLayer[], budget: number): number {
  const [first, ...rest] = layers;
  if (first === undefined) return budget >= 0 ? 0 : -Infinity;
  return Math.max(...points(first).filter(({ parameters }) => parameters <= budget).map((p) => p.value + bestValue(rest, budget - p.parameters)), -Infinity);
}

function randomLayers(random: PythonRandom, count: number): RankedLayer[] {
  return Array.from({ length: count }, () => {
    const [rows, columns] = [random.randint(2, 12), random.randint(2, 12)];
    const decay = random.randint(0, 3);
    const s = Array.from({ length: Math.min(rows, columns) }, (_, j) => (1 + random.randint(0, 99) / 100) / (1 + j) ** decay).sort((a, b) => b - a);
    return { rows, columns, s, weight: random.randint(1, 4) };
  });
}

const least = (layers: readonly RankedLayer[]) => layers.reduce((sum, layer) => sum + Math.min(...points(layer).map(({ parameters }) => parameters)), 0);
const most = (layers: readonly RankedLayer[]) => layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0);

describe('allocateRanks', () => {
  test('keeps to the budget, is one step from the optimum at most, and keeps no less with more', () => {
    const random = new PythonRandom(7);
    let optimal = 0;
    let all = 0;
    for (let trial = 0; trial < 60; trial++) {
      const layers = randomLayers(random, random.randint(1, 3));
      const largestStep = Math.max(...layers.map((layer) => points(layer).at(-1)!.value - points(layer)[0]!.value));
      let before = -Infinity;
      for (let budget = least(layers); budget <= most(layers) + 1; budget++) {
        const { parameters, value } = measured(layers, allocateRanks(layers, budget));
        assert.ok(parameters <= budget, `${parameters} parameters of ${budget}`);
        assert.ok(value >= before - 1e-12, `${value} with ${budget} parameters, ${before} with one less`);
        before = value;
        const best = bestValue(layers, budget);
        assert.ok(value <= best + 1e-12 && value >= best - largestStep - 1e-12);
        if (value > best - 1e-9) optimal++;
        all++;
      }
      assert.deepEqual(allocateRanks(layers, most(layers)), layers.map(() => 'keep'), 'with a budget for everything nothing is cut');
    }
    assert.ok(optimal > 0.9 * all, `optimal in ${optimal} of ${all} cases`);
  });

  test('is optimal at the budgets of Everett 1963: what the layers cost that each maximise value − λ·parameters', () => {
    const random = new PythonRandom(3);
    for (let trial = 0; trial < 200; trial++) {
      const layers = randomLayers(random, 4);
      const price = random.randint(1, 400) / 10_000;
      const worth = ({ value, parameters }: Point) => value - price * parameters;
      const chosen = layers.map((layer) => points(layer).reduce((a, b) => (worth(b) > worth(a) ? b : a)));
      const { parameters, value } = measured(layers, chosen.map(({ rank }) => rank));
      assert.ok(measured(layers, allocateRanks(layers, parameters)).value >= value - 1e-12);
    }
  });

  test('a layer of low rank gets no more than that, one of zeros gets rank 1', () => {
    const layers = [{ rows: 20, columns: 20, s: [3, 2, 1, ...Array<number>(17).fill(0)] }, { rows: 20, columns: 20, s: Array<number>(20).fill(0) }];
    assert.deepEqual(allocateRanks(layers, 800), [3, 1]);
  });

  test('a weight draws parameters to its layer, and a third factor costs its share', () => {
    const s = Array.from({ length: 20 }, (_, j) => 0.9 ** j);
    const layer = { rows: 20, columns: 20, s };
    assert.deepEqual(allocateRanks([layer, layer], 40 * 10), [5, 5]);
    const [heavy, light] = allocateRanks([{ ...layer, weight: 5 }, layer], 40 * 10) as [number, number];
    assert.ok(heavy > 5 && heavy + light === 10);
    assert.deepEqual(allocateRanks([{ ...layer, parametersPerRank: 41 }], 40 * 5), [4]);
  });

  test('a budget below rank 1 of everything is refused with the least that there is', () => {
    const layers = [{ rows: 20, columns: 10, s: Array<number>(10).fill(1) }, { rows: 2, columns: 2, s: [1, 1] }];
    const message = 'maxParameters is 33; at rank 1 the layers have 34, so it must be at least that';
    assert.throws(() => allocateRanks(layers, 33), { name: 'RangeError', message });
    assert.deepEqual(allocateRanks(layers, 34), [1, 'keep']);
    assert.throws(() => allocateRanks(layers, NaN), { name: 'RangeError', message: /^maxParameters is NaN/ });
    assert.throws(() => allocateRanks([{ ...layers[1]!, s: [1] }], 9), { name: 'RangeError', message: 'layer 0 has 1 singular values; a 2 × 2 matrix has 2' });
    assert.throws(() => allocateRanks([{ ...layers[1]!, weight: -1 }], 9), { name: 'RangeError', message: 'the weight of layer 0 is -1; it must be a finite number, at least 0' });
  });
});
