import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tradeOffChart, type TradeOffSeries } from '../../src';

const series: TradeOffSeries[] = [
  { name: 'cut, small net', group: 'cut', kind: 'small net', points: [
    { accuracy: 0.9, deviation: 0.01, costs: { parameters: 1000, bytes: 4000 } },
    { accuracy: 0.96, costs: { parameters: 2000, bytes: 8000 } },
  ] },
  { name: 'trained, small net', group: 'trained', kind: 'small net', points: [{ accuracy: 0.95, costs: { parameters: 1000, bytes: 5000 } }] },
  { name: 'cut, large net', group: 'cut', kind: 'large net', points: [{ accuracy: 0.94, costs: { parameters: 3000 } }] },
];
const costs = [{ key: 'parameters', label: 'parameters' }, { key: 'bytes', label: 'files (bytes)' }];

const close = (actual: unknown, expected: number[]) =>
  (actual as number[]).forEach((value, at) => assert.ok(Math.abs(value - expected[at]!) < 1e-6, `${value} is not ${expected[at]}`));

test('heights are errors in percent, on a logarithmic axis with the fewest at the top, labelled by accuracy', () => {
  const { data, layout } = tradeOffChart(series, { costs });
  close(data[1]!.y, [10, 4]);
  const { type, range, tickvals, ticktext } = layout.yaxis as { type: string; range: number[]; tickvals: number[]; ticktext: string[] };
  assert.equal(type, 'log');
  assert.ok(range[0]! > range[1]!);
  assert.deepEqual([tickvals[0], ticktext[0]], [4, '96']);
  for (const [at, value] of tickvals.entries()) assert.ok(Math.abs(value + Number(ticktext[at]) - 100) < 1e-9);
});

test('the front has the points that none beats, for each cost its own', () => {
  const { data, layout } = tradeOffChart(series, { costs });
  assert.deepEqual([data[0]!.x, data[0]!.y], [[1000, 2000], [5, 4]]);
  const [menu] = layout.updatemenus as { buttons: { label: string; args: [{ x: unknown[]; y: unknown[] }, object] }[] }[];
  assert.deepEqual(menu!.buttons.map(({ label }) => label), ['parameters', 'files (bytes)']);
  const [{ x, y }] = menu!.buttons[1]!.args;
  assert.deepEqual([x[0], y[0]], [[4000, 5000, 8000], [10, 5, 4]]);
  assert.deepEqual(x.slice(1), [[4000, 8000], [5000], [null]], 'a point without that cost is left out');
  assert.equal(x.length, data.length);
  assert.equal(y.length, data.length);
});

test('series of a group share a colour, those of a kind a marker', () => {
  const [, cutSmall, trainedSmall, cutLarge] = tradeOffChart(series, { costs }).data as readonly { marker?: { color: string; symbol: string } }[];
  assert.equal(cutSmall!.marker!.color, cutLarge!.marker!.color);
  assert.notEqual(cutSmall!.marker!.color, trainedSmall!.marker!.color);
  assert.equal(cutSmall!.marker!.symbol, trainedSmall!.marker!.symbol);
  assert.notEqual(cutSmall!.marker!.symbol, cutLarge!.marker!.symbol);
});

test("others' results are unjoined stars of one colour, and change nobody else's", () => {
  const others = { name: 'in print', reference: true, points: [0.93, 0.94].map((accuracy) => ({ accuracy, costs: { parameters: 1500 } })) };
  const { data } = tradeOffChart([others, ...series], { costs });
  const [, star, ...rest] = data;
  assert.equal(star!.mode, 'markers');
  assert.equal((star!.marker as { symbol: string }).symbol, 'star');
  assert.deepEqual(rest.map(({ marker }) => marker), tradeOffChart(series, { costs }).data.slice(1).map(({ marker }) => marker));
});

test('deviations are bars', () => {
  const { data } = tradeOffChart(series, { costs });
  close((data[1]!.error_y as { array: number[] }).array, [1, 0]);
});

test('what it cannot draw is refused by name', () => {
  const one = (accuracy: number, parameters: number) => [{ name: 'a', points: [{ accuracy, costs: { parameters } }] }];
  assert.throws(() => tradeOffChart([], { costs }), { name: 'RangeError', message: /there is no point/ });
  assert.throws(() => tradeOffChart(series, { costs: [] }), { name: 'RangeError', message: /costs is empty/ });
  for (const accuracy of [0, 1, NaN]) assert.throws(() => tradeOffChart(one(accuracy, 1), { costs }), { name: 'RangeError', message: new RegExp(`of 'a' is ${accuracy}`) });
  for (const cost of [0, -1, NaN, Infinity]) assert.throws(() => tradeOffChart(one(0.5, cost), { costs }), { name: 'RangeError', message: /parameters of 'a' is/ });
});
