import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineChart, lossCurves, renderSvg, type Figure, type LineChartOptions } from '../../src/plots';

const labels = { xLabel: 'epoch', yLabel: 'accuracy (%)' };

test('both axes are labelled, and several lines have a legend', () => {
  const figure = lineChart([{ name: 'a', y: [1, 2] }, { name: 'b', y: [2, 3] }], { ...labels, title: 'Accuracy' });
  assert.equal(axisTitle(figure, 'xaxis'), 'epoch');
  assert.equal(axisTitle(figure, 'yaxis'), 'accuracy (%)');
  assert.equal(figure.layout.showlegend, true);
  assert.equal((figure.layout.title as { text: string }).text, 'Accuracy');
  assert.deepEqual([figure.layout.width, figure.layout.height], [720, 420]);
});

test('lines have different colours, up to six', () => {
  const figure = lineChart(Array.from({ length: 6 }, (_, n) => ({ name: String(n), y: [n] })), labels);
  assert.equal(new Set(figure.data.map(({ line }) => (line as { color: string }).color)).size, 6);
});

test('a single point is seen, also where points are not to be drawn', () => {
  const modes = (y: number[]) => lineChart([{ name: 'a', y, markers: false }], labels).data.map(({ mode }) => mode);
  assert.deepEqual(modes([1]), ['lines+markers']);
  assert.deepEqual(modes([1, 2]), ['lines']);
});

test('values are rounded to seven digits', () => {
  const [trace] = lineChart([{ name: 'a', y: [2.2897008012610214, 0.00012345678912, 123456789] }], labels).data;
  assert.deepEqual(trace.y, [2.289701, 0.0001234568, 123456800]);
});

test('a line of 1000 points is drawn whole, one of 20,000 is thinned and keeps its extremes', () => {
  assert.equal((lineChart([{ name: 'a', y: new Float64Array(1000) }], labels).data[0].y as number[]).length, 1000);
  const y = Float64Array.from({ length: 20_000 }, (_, i) => Math.cos(i));
  y[777] = 9;
  const [trace] = lineChart([{ name: 'a', y }], { ...labels, firstX: 1 }).data;
  const [xs, ys] = [trace.x as number[], trace.y as number[]];
  assert.equal(xs.length, ys.length);
  assert.ok(ys.length <= 3000);
  assert.equal(xs[ys.indexOf(9)], 778);
  assert.equal(xs.at(-1), 20_000);
});

test('marks are vertical lines with a text', () => {
  const { layout } = lineChart([{ name: 'a', y: [1, 2, 3] }], { ...labels, marks: [{ x: 2, label: 'stop' }] });
  assert.deepEqual((layout.shapes as { x0: number; x1: number }[]).map(({ x0, x1 }) => [x0, x1]), [[2, 2]]);
  assert.deepEqual((layout.annotations as { text: string }[]).map(({ text }) => text), ['stop']);
});

test('what cannot be drawn is refused by name', () => {
  assert.throws(() => lineChart([], labels), /at least one line/);
  assert.throws(() => lineChart([{ name: 'a', y: [] }], labels), /'a' has no points/);
  assert.throws(() => lineChart([{ name: 'a', x: [1], y: [1, 2] }], labels), /'a' has 1 x values and 2 y values/);
  assert.throws(() => lineChart([{ name: 'a', y: [1, NaN] }], labels), /y of 'a'\[1\] is NaN/);
  assert.throws(() => lineChart([{ name: 'a', x: [1, Infinity], y: [1, 2] }], labels), /x of 'a'\[1\] is Infinity/);
  assert.throws(() => lineChart([{ name: 'a', y: [1, 0] }], { ...labels, logScale: true }), /\[1\] is 0; a logarithmic axis/);
  assert.throws(() => lineChart([{ name: 'a', y: [1] }], { ...labels, marks: [{ x: NaN, label: 'm' }] }), /mark 'm' lies at NaN/);
  assert.throws(() => lineChart([{ name: 'a', y: [1] }], { ...labels, width: 0 }), /width is 0/);
});

test('loss curves: training and validation of each, steps counted from 1, in nats', () => {
  const figure = lossCurves([
    { name: 'SGD', loss: [3, 2], validationLoss: [3.5, 2.5] },
    { name: 'Adam', loss: [1, 0.5] },
  ]);
  assert.deepEqual(figure.data.map(({ name }) => name), ['SGD, training', 'SGD, validation', 'Adam']);
  assert.deepEqual(figure.data.map(({ x0, dx }) => [x0, dx]), [[1, 1], [1, 1], [1, 1]]);
  assert.deepEqual(figure.data.map(({ y }) => y), [[3, 2], [3.5, 2.5], [1, 0.5]]);
  assert.equal(axisTitle(figure, 'xaxis'), 'step');
  assert.equal(axisTitle(figure, 'yaxis'), 'cross-entropy (nats)');
});

test('one loss curve needs no name, several do', () => {
  assert.deepEqual(lossCurves({ loss: [1], validationLoss: [2] }).data.map(({ name }) => name), ['training', 'validation']);
  assert.throws(() => lossCurves([{ loss: [1] }, { name: 'b', loss: [1] }]), /curve 0 of 2 has no name/);
  assert.throws(() => lossCurves([]), /no curve/);
  assert.throws(() => lossCurves({ loss: [1, 2], validationLoss: [1] }), /2 training losses and 1 validation losses/);
});

function axisTitle(figure: Figure, axis: 'xaxis' | 'yaxis'): string {
  return (figure.layout[axis] as { title: { text: string } }).title.text;
}

test('up to five lines are solid; of more each differs by its dashes from its neighbours and from those of its colour', () => {
  const looks = (count: number) =>
    lineChart(Array.from({ length: count }, (_, i) => ({ name: String(i), y: [0, i] })), labels).data.map(({ line }) => line as { color: string; dash: string });
  assert.deepEqual(looks(5).map(({ dash }) => dash), Array(5).fill('solid'));
  const many = looks(24);
  assert.equal(new Set(many.map(({ color, dash }) => color + dash)).size, 24);
  for (let i = 1; i < 24; i++) assert.notEqual(many[i]!.dash, many[i - 1]!.dash, `lines ${i - 1} and ${i}`);
});

test('a line with a colour of its own is solid, unless it says otherwise', () => {
  const lines = Array.from({ length: 8 }, (_, i) => ({ name: String(i), y: [0, i], colour: '#000000', dash: i === 7 ? ('dot' as const) : undefined }));
  assert.deepEqual(lineChart(lines, labels).data.map(({ line }) => (line as { dash: string }).dash), [...Array(7).fill('solid'), 'dot']);
});

test('points of neighbouring lines have different shapes', () => {
  const lines = Array.from({ length: 6 }, (_, i) => ({ name: String(i), y: [0, i] }));
  assert.equal(new Set(lineChart(lines, labels).data.map(({ marker }) => (marker as { symbol: string }).symbol)).size, 6);
  assert.equal(lineChart([{ name: 'a', y: [1, 2], markers: false }], labels).data[0]!.marker, undefined);
});

test('numbers on the axes are written out, with their thousands grouped', async () => {
  const texts = async (y: number[], options: Partial<LineChartOptions> = {}) =>
    [...(await renderSvg(lineChart([{ name: 'a', y }], { ...labels, ...options }))).matchAll(/<g class="ytick"><text[^>]*>([^<]*)/g)].map(([, text]) => text);
  assert.deepEqual(await texts([0, 1e5]), ['0', '20,000', '40,000', '60,000', '80,000', '100,000']);
  assert.deepEqual(await texts([0.004, 0.3], { logScale: true }), ['0.005', '0.01', '0.02', '0.05', '0.1', '0.2']);
  assert.deepEqual(await texts([200, 3000], { logScale: true }), ['200', '500', '1,000', '2,000']);
});

test('a legend with a long name is below the chart, which keeps its room', async () => {
  const lines = (name: string) => [{ name, y: [1, 2] }, { name: 'b', y: [2, 1] }];
  const [short, long] = ['a', 'after every epoch, gradient descent'].map((name) => lineChart(lines(name), labels).layout);
  assert.equal((short!.legend as { orientation?: string }).orientation, undefined);
  assert.equal((long!.legend as { orientation?: string }).orientation, 'h');
  assert.equal(long!.width, short!.width);
  const inside = ({ height, margin }: typeof long & object) => height - (margin as { t: number; b: number }).t - (margin as { t: number; b: number }).b;
  assert.equal(inside(long!), inside(short!));
  assert.equal(lineChart(lines('after every epoch, gradient descent'), { ...labels, height: 300 }).layout.height, 300);
});
