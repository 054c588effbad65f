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

test('two bars for each layer, before and after, and the energy kept over them', () => {
  const { data, layout } = compressionChart(model);
  assert.deepEqual(data.map(({ name, y }) => [name, y]), [['before', [803_840, 10_250]], ['after', [37_184, 10_250]]]);
  assert.deepEqual(data[1]!.text, ['rank 20<br>87.5 %', 'whole']);
  assert.deepEqual((layout.xaxis as { ticktext: string[] }).ticktext, ['first', 'last']);
  assert.notEqual((data[0]!.marker as { color: string }).color, (data[1]!.marker as { color: string }).color);
});

test('both axes are labelled, and the model’s own parameters are told', () => {
  const { layout } = compressionChart(model, { title: 'Rank 20', subtitle: 'MNIST', width: 500 });
  assert.deepEqual(['xaxis', 'yaxis'].map((axis) => (layout[axis] as { title: { text: string } }).title.text), ['layer', 'parameters']);
  assert.equal((layout.title as { subtitle: { text: string } }).subtitle.text, 'MNIST · from 814,090 to 47,434 parameters (17.16×)');
  assert.equal(layout.width, 500);
});

test('layers of the same name keep bars of their own, and a drawing has the texts', async () => {
  const layers = [model.layers[0]!, { ...model.layers[1]!, name: 'first' }];
  const svg = await renderSvg(compressionChart({ ...model, layers }));
  for (const text of ['rank 20', '87.5 %', 'whole', 'before', 'after', 'parameters']) assert.ok(svg.includes(text), `no ${text}`);
  assert.equal(svg.match(/class="point"/g)?.length, 4);
});

test('what cannot be drawn is refused by name', () => {
  assert.throws(() => compressionChart({ ...model, layers: [] }), { name: 'RangeError', message: 'a compression chart needs at least one layer' });
  const broken = [{ ...model.layers[0]!, parametersAfter: NaN }];
  assert.throws(() => compressionChart({ ...model, layers: broken }), { name: 'RangeError', message: /^parametersAfter\[0\] is NaN/ });
});
