import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressionChart, renderSvg, type CompressedModel } from '../../src/plots';

const model: CompressedModel = {
  layers: [
    { name: 'first', rank: 20, energyKept: 0.875, parametersBefore: 803_840, parametersAfter: 37_184 },
    { name: 'last', rank: null, energyKept: 1, parametersBefore: 10_250, parametersAfter: 10_250 },
  ],
  parametersBefore: 814_090,
  parametersAfter: 47_434,
};

test('two bars for each layer, before and after, and the energy kept beside them', () => {
  const { data, layout } = compressionChart(model);
  assert.deepEqual(data.map(({ name, x }) => [name, x]), [['before', [803_840, 10_250]], ['after', [37_184, 10_250]]]);
  assert.deepEqual(data[1]!.text, ['rank 20, 87.5 % of the energy', 'whole']);
  assert.deepEqual((layout.yaxis as { ticktext: string[] }).ticktext, ['first', 'last']);
  assert.notEqual((data[0]!.marker as { color: string }).color, (data[1]!.marker as { color: string }).color);
});

test('both axes are labelled, and the model’s own parameters are told', () => {
  const { layout } = compressionChart(model, { title: 'Rank 20', subtitle: 'MNIST', width: 500 });
  assert.deepEqual(['xaxis', 'yaxis'].map((axis) => (layout[axis] as { title: { text: string } }).title.text), ['parameters', 'layer']);
  assert.equal((layout.title as { subtitle: { text: string } }).subtitle.text, 'MNIST · from 814,090 to 47,434 parameters (17.16×)');
  assert.equal(layout.width, 500);
  assert.equal((compressionChart(model).layout.title as { text: string }).text, 'Parameters of each layer, before and after');
});

test('layers of the same name keep bars of their own, and a drawing has the texts', async () => {
  const layers = [model.layers[0]!, { ...model.layers[1]!, name: 'first' }];
  const svg = await renderSvg(compressionChart({ ...model, layers }));
  for (const text of ['rank 20, 87.5 % of the energy', 'whole', 'before', 'after', 'parameters']) assert.ok(svg.includes(text), `no ${text}`);
  assert.equal(svg.match(/class="point"/g)?.length, 4);
});

test('of many layers every text is drawn at its full size, inside of the figure and beside the others', async () => {
  for (const count of [1, 6, 20]) {
    const layers = Array.from({ length: count }, (_, at) => ({ ...model.layers[at % 2]!, name: `hidden_${at}`, parametersAfter: 803_840 }));
    const figure = compressionChart({ ...model, layers });
    const texts = [...(await renderSvg(figure)).matchAll(/<text class="bartext[^>]*?transform="translate\(([-\d.]+),([-\d.]+)\)([^"]*)"[^>]*>/g)];
    assert.equal(texts.length, count);
    const places = texts.map(([, x, y]) => [Number(x), Number(y)]);
    assert.deepEqual(texts.filter(([, , , more]) => /scale/.test(more!)), [], 'none is shrunken');
    const { l, r } = figure.layout.margin as { l: number; r: number };
    for (const [x] of places) assert.ok(x! < figure.layout.width - l - r - 6 * 'rank 20, 87.5 % of the energy'.length, `${count} layers, at ${x}`);
    for (let at = 1; at < count; at++) assert.ok(places[at]![1]! - places[at - 1]![1]! > 24, `label ${at} of ${count}`);
  }
});

test('what cannot be drawn is refused by name', () => {
  assert.throws(() => compressionChart({ ...model, layers: [] }), { name: 'RangeError', message: 'a compression chart needs at least one layer' });
  const broken = [{ ...model.layers[0]!, parametersAfter: NaN }];
  assert.throws(() => compressionChart({ ...model, layers: broken }), { name: 'RangeError', message: /^parametersAfter\[0\] is NaN/ });
});
