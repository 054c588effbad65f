import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allocateRanks, PythonRandom, type LayerRank, type RankedLayer } from '../../src';

interface Point {
  readonly rank: LayerRank;
  readonly parameters: number;
  readonly kept: number;
}

/** Every way that a layer may be left, by the definition. */
function points({ rows, columns, s, parametersPerRank = rows + columns }: RankedLayer): Point[] {
  const squares = Array.from(s, (value) => value ** 2);
  const total = squares.reduce((sum, square) => sum + square, 0);
  const kept = (rank: number) => (total === 0 ? 1 : squares.slice(0, rank).reduce((sum, square) => sum + square, 0) / total);
  const factored = squares.map((_, j) => ({ rank: j + 1, parameters: (j + 1) * parametersPerRank, kept: kept(j + 1) }));
  const smaller = factored.filter(({ parameters }) => parameters < rows * columns);
  return [...smaller, { rank: 'keep', parameters: rows * columns, kept: 1 }];
}

function chosen(layers: readonly RankedLayer[], ranks: readonly LayerRank[]): Point[] {
  const each = layers.map((layer, at) => points(layer).find(({ rank }) => rank === ranks[at])!);
  assert.ok(!each.includes(undefined as never), 'no rank without a saving');
  return each;
}

const parametersOf = (each: readonly Point[]) => each.reduce((sum, { parameters }) => sum + parameters, 0);
const leastKept = (each: readonly Point[]) => Math.min(...each.map(({ kept }) => kept));

/** The most that the weakest layer can keep, by trying everything. */
function bestLeastKept([first, ...rest]: readonly RankedLayer[], budget: number): number {
  if (first === undefined) return budget >= 0 ? 1 : -Infinity;
  const affordable = points(first).filter(({ parameters }) => parameters <= budget);
  return Math.max(...affordable.map(({ kept, parameters }) => Math.min(kept, bestLeastKept(rest, budget - parameters))), -Infinity);
}

function randomLayers(random: PythonRandom, count: number): RankedLayer[] {
  return Array.from({ length: count }, () => {
    const [rows, columns] = [random.randint(2, 12), random.randint(2, 12)];
    const decay = random.randint(0, 3);
    const s = Array.from({ length: Math.min(rows, columns) }, (_, j) => (1 + random.randint(0, 99) / 100) / (1 + j) ** decay).sort((a, b) => b - a);
    const parametersPerRank = rows + columns + random.randint(0, 1);
    return { rows, columns, s, parametersPerRank };
  });
}

const least = (layers: readonly RankedLayer[]) => layers.reduce((sum, layer) => sum + Math.min(...points(layer).map(({ parameters }) => parameters)), 0);
const most = (layers: readonly RankedLayer[]) => layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0);

describe('allocateRanks', () => {
  test('keeps to every budget, with the weakest layer as strong as it can be; nothing more that helps would fit', () => {
    const random = new PythonRandom(7);
    for (let trial = 0; trial < 60; trial++) {
      const layers = randomLayers(random, random.randint(1, 3));
      for (let budget = least(layers); budget <= most(layers) + 1; budget++) {
        const each = chosen(layers, allocateRanks(layers, budget));
        const parameters = parametersOf(each);
        assert.ok(parameters <= budget, `${parameters} parameters of ${budget}`);
        const [found, best] = [leastKept(each), bestLeastKept(layers, budget)];
        assert.ok(Math.abs(found - best) < 1e-12, `${found} is kept of ${best} with ${budget} parameters`);
        layers.forEach((layer, at) => {
          const now = each[at]!;
          const better = points(layer).find((point) => point.kept > now.kept + 1e-12 && point.parameters - now.parameters <= budget - parameters);
          assert.equal(better, undefined, `with ${budget} parameters layer ${at} could have more than ${now.rank}`);
        });
      }
      assert.deepEqual(allocateRanks(layers, most(layers)), layers.map(() => 'keep'), 'with a budget for everything nothing is cut');
    }
  });

  test('at the cost of an energy, every layer has the smallest rank that keeps it', () => {
    const random = new PythonRandom(3);
    for (let trial = 0; trial < 200; trial++) {
      const layers = randomLayers(random, 4);
      const energy = random.randint(1, 1000) / 1000;
      const ranks = layers.map((layer) => points(layer).find(({ kept }) => kept >= energy - 1e-12)!);
      assert.deepEqual(allocateRanks(layers, parametersOf(ranks)), ranks.map(({ rank }) => rank));
    }
  });

  test('what is left over goes where it keeps the most energy for a parameter', () => {
    const shares = (rows: number, columns: number, energies: readonly number[]) =>
      ({ rows, columns, s: Array.from({ length: Math.min(rows, columns) }, (_, j) => Math.sqrt(energies[j] ?? 0)) });
    // The two weakest would need 80 more. One rank of the others keeps 0.25 for 40, 0.5 for 62.
    const flat = shares(20, 20, Array<number>(20).fill(0.05));
    const layers = [flat, flat, shares(20, 20, [0.5, 0.25, 0.25]), shares(20, 42, [0.5, 0.5])];
    const withLeft = (left: number) => allocateRanks(layers, 3 * 40 + 62 + left);
    assert.deepEqual(withLeft(39), [1, 1, 1, 1]);
    assert.deepEqual(withLeft(40), [1, 1, 2, 1]);
    assert.deepEqual(withLeft(61), [1, 1, 2, 1]);
    assert.deepEqual(withLeft(62), [1, 1, 1, 2]);
    assert.deepEqual(withLeft(79), [1, 1, 1, 2]);
    assert.deepEqual(withLeft(80), [2, 2, 1, 1]);
  });

  test('five layers of 1024 singular values take no time', () => {
    const s = Float64Array.from({ length: 1024 }, (_, j) => 1 / (1 + j) ** 0.7);
    const layers = Array.from({ length: 5 }, (_, at) => ({ rows: 1024, columns: 1024, s: s.map((value) => value ** (1 + at / 4)) }));
    const start = performance.now();
    const each = allocateRanks(layers, 1_000_000).map(Number);
    assert.ok(performance.now() - start < 500);
    assert.ok(each.reduce((sum, rank) => sum + 2048 * rank, 0) > 1_000_000 - 2048);
  });

  test('a layer of low rank gets no more than that, one of zeros gets rank 1', () => {
    const layers = [{ rows: 20, columns: 20, s: [3, 2, 1, ...Array<number>(17).fill(0)] }, { rows: 20, columns: 20, s: Array<number>(20).fill(0) }];
    assert.deepEqual(allocateRanks(layers, 800), [3, 1]);
  });

  test('a third factor costs its share', () => {
    const layer = { rows: 20, columns: 20, s: Array.from({ length: 20 }, (_, j) => 0.9 ** j) };
    assert.deepEqual(allocateRanks([layer, layer], 40 * 10), [5, 5]);
    assert.deepEqual(allocateRanks([{ ...layer, parametersPerRank: 41 }], 40 * 5), [4]);
  });

  test('a budget below rank 1 of everything is refused with the least that there is', () => {
    const layers = [{ rows: 20, columns: 10, s: Array<number>(10).fill(1) }, { rows: 2, columns: 2, s: [1, 1] }];
    const message = 'maxParameters is 33; at rank 1 the layers have 34, so it must be at least that';
    assert.throws(() => allocateRanks(layers, 33), { name: 'RangeError', message });
    assert.deepEqual(allocateRanks(layers, 34), [1, 'keep']);
    assert.throws(() => allocateRanks(layers, NaN), { name: 'RangeError', message: /^maxParameters is NaN/ });
    assert.throws(() => allocateRanks([{ ...layers[1]!, s: [1] }], 9), { name: 'RangeError', message: 'layer 0 has 1 singular values; a 2 × 2 matrix has 2' });
  });
});
