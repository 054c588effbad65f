import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { comparisonNetworks, compress, countMultiplyAdds, loadBackend, svdDense, toPlainModel } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';

before(() => loadBackend());

describe('multiply-adds of a model', () => {
  test('LeNet-5: its convolutions at each place of their outputs, its dense layers once', () => {
    const model = comparisonNetworks['LeNet-5'].build(0);
    assert.equal(countMultiplyAdds(model), 24 * 24 * 25 * 20 + 8 * 8 * 25 * 20 * 50 + 800 * 500 + 500 * 10);
    assert.equal(model.countParams(), 431_080);
    model.dispose();
  });

  test('low-rank layers count as the plain ones that they become, and as the report says', () => {
    const model = comparisonNetworks['LeNet-5'].build(0);
    const { model: small, report } = compress(model, { maxParameters: 13_091 });
    const plain = toPlainModel(small);
    assert.equal(countMultiplyAdds(small), report.multiplyAddsAfter);
    assert.equal(countMultiplyAdds(plain), report.multiplyAddsAfter);
    for (const each of [plain, small, model]) each.dispose();
  });

  test('layers in SVD form, layers that are used twice, models within models, layers without products', () => {
    const { layers, model, sequential, input } = tensorFlowJs();
    const inner = sequential({ layers: [svdDense({ units: 5, rank: 2, inputShape: [5] }), layers.batchNormalization(), layers.dropout({ rate: 0.5 })] });
    const x = input({ shape: [5] });
    const outputs = inner.apply(inner.apply(x)) as ReturnType<typeof input>;
    const twice = model({ inputs: x, outputs });
    assert.equal(countMultiplyAdds(twice), 2 * (5 * 2 + 2 + 2 * 5));
    twice.dispose();
  });

  test('a shape that is not known makes it unknown; a layer that it does not know is named', () => {
    const { layers, sequential } = tensorFlowJs();
    const open = sequential({ layers: [layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [null, null, 1] })] });
    assert.equal(countMultiplyAdds(open), null);
    const recurrent = sequential({ layers: [layers.lstm({ units: 2, inputShape: [3, 4], name: 'reader' })] });
    assert.throws(() => countMultiplyAdds(recurrent), { name: 'RangeError', message: "countMultiplyAdds: layer 'reader' is a LSTM, whose multiply-adds are not known" });
    open.dispose();
    recurrent.dispose();
  });
});
