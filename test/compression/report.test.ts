import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { compress, CompressionReport, compressionTable, loadBackend, type LayerReport } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { models } from './models';

before(loadBackend);

const layer: LayerReport = {
  name: 'hidden', kind: 'Dense', shape: [100, 200], rank: 10, fullRank: 100, measuredOn: 'outputs', energyKept: 0.9375, relativeError: 0.25,
  parametersBefore: 20_200, parametersAfter: 3200, multiplyAddsBefore: 20_000, multiplyAddsAfter: 3000,
};
const whole: LayerReport = {
  name: 'encoder/output', kind: 'Conv2D', shape: [9, 4], rank: null, fullRank: 4, measuredOn: 'weights', energyKept: 1, relativeError: 0,
  parametersBefore: 40, parametersAfter: 40, multiplyAddsBefore: 360, multiplyAddsAfter: 360, kept: 'kept by the rule',
};

describe('CompressionReport', () => {
  const report = new CompressionReport([layer, whole], { before: 21_000, after: 4000 });

  test('sums over the layers, and the ratio of the whole model', () => {
    assert.deepEqual([report.multiplyAddsBefore, report.multiplyAddsAfter, report.ratio], [20_360, 3360, 5.25]);
    assert.equal(new CompressionReport([layer, { ...whole, multiplyAddsAfter: null }], { before: 2, after: 1 }).multiplyAddsAfter, null);
  });

  test('as JSON it has all of it', () => {
    const { layers, ...totals } = JSON.parse(JSON.stringify(report)) as CompressionReport;
    assert.deepEqual(layers, [layer, whole]);
    assert.deepEqual(totals, { parametersBefore: 21_000, parametersAfter: 4000, ratio: 5.25, multiplyAddsBefore: 20_360, multiplyAddsAfter: 3360 });
  });

  test('as text: a line for each layer, then the model', () => {
    assert.equal(
      String(report),
      [
        'layer           kind    kernel     rank       measured on  energy kept  error   parameters      multiply-adds',
        'hidden          Dense   100 × 200  10 of 100  outputs      93.75 %      0.2500  20,200 → 3,200  20,000 → 3,000',
        'encoder/output  Conv2D  9 × 4      whole      weights      100.00 %     0.0000  40              360             kept by the rule',
        'model                                                                           21,000 → 4,000  20,360 → 3,360  5.25×',
      ].join('\n'),
    );
  });

  test('as a table: the same, with the reasons below', () => {
    const { text } = compressionTable(report);
    for (const part of ['hidden', '100 × 200', '10 of 100', 'outputs', '93.75 %', '3,200', 'encoder/output', 'whole: kept by the rule', '5.25×']) {
      assert.ok(text.includes(part), `no '${part}' in\n${text}`);
    }
    assert.equal(compressionTable(report.toJSON()).text, text);
  });
});

describe('multiply-adds', () => {
  test('of convolutions by their output, of layers that are called several times in each call', () => {
    const { report } = compress(models.convolutions!(), { perLayer: { second: 2 } });
    // 9 × 9 with strides of 2 gives 5 × 5, then 3 × 3.
    assert.deepEqual(report.layers.map(({ multiplyAddsBefore }) => multiplyAddsBefore), [25 * 9 * 2 * 8, 9 * 9 * 8 * 16, 144 * 5]);
    assert.deepEqual(report.layers.map(({ multiplyAddsAfter }) => multiplyAddsAfter), [25 * 9 * 2 * 8, 9 * (9 * 8 * 2 + 2 * 16), 144 * 5]);
    const shared = compress(models['a shared layer, two inputs and two outputs']!(), { perLayer: { shared: 1 } }).report.layers[0]!;
    assert.deepEqual([shared.multiplyAddsBefore, shared.multiplyAddsAfter], [3 * 16, 3 * 8]);
    const nested = compress(models['a model that is called twice in another one']!(), { rank: 1 }).report.layers[0]!;
    assert.deepEqual([nested.name, nested.multiplyAddsBefore, nested.multiplyAddsAfter], ['encoder/code', 2 * 12, 2 * 7]);
  });

  test('are not known where the extents of the input are not', () => {
    const { layers, sequential } = tensorFlowJs();
    const convolution = layers.conv2d({ filters: 9, kernelSize: 3, inputShape: [null, null, 4] as never });
    const model = sequential({ layers: [convolution, layers.globalMaxPooling2d({}), layers.dense({ units: 3 })] });
    const { report } = compress(model, { rank: 1 });
    assert.deepEqual(report.layers.map(({ multiplyAddsBefore, multiplyAddsAfter }) => [multiplyAddsBefore, multiplyAddsAfter]), [[null, null], [27, 12]]);
    assert.match(String(report), /unknown/);
  });
});
