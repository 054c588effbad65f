import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressionTable } from '../../src/notebook';

test('a row for each layer, then the model; what is not known is a dash', () => {
  const { text } = compressionTable({
    layers: [
      {
        name: 'first', kind: 'Dense', shape: [784, 1024], rank: 20, fullRank: 784, energyKept: 0.875, relativeError: 0.353553,
        parametersBefore: 803_840, parametersAfter: 37_184, multiplyAddsBefore: 802_816, multiplyAddsAfter: 36_160,
      },
      {
        name: 'last', kind: 'Conv2D', shape: [9, 4], rank: null, fullRank: 4, energyKept: 1, relativeError: 0,
        parametersBefore: 40, parametersAfter: 40, multiplyAddsBefore: null, multiplyAddsAfter: null, kept: 'kept by the rule',
      },
    ],
    parametersBefore: 803_880, parametersAfter: 37_224, ratio: 803_880 / 37_224, multiplyAddsBefore: null, multiplyAddsAfter: null,
  }, { caption: 'Rank 20' });
  const [caption, titles, , ...rows] = text.split('\n').map((line) => line.trim().split(/ {2,}/));
  assert.deepEqual(caption, ['Rank 20']);
  assert.deepEqual(titles, ['Layer', 'Kind', 'Kernel', 'Rank', 'Energy kept', 'Relative error', 'Parameters before', 'Parameters after', 'Multiply-adds before', 'Multiply-adds after']);
  assert.deepEqual(rows, [
    ['first', 'Dense', '784 × 1024', '20 of 784', '87.50 %', '0.3536', '803,840', '37,184', '802,816', '36,160'],
    ['last', 'Conv2D', '9 × 4', 'whole: kept by the rule', '100.00 %', '0.0000', '40', '40', '—', '—'],
    ['model', '—', '—', '21.60× smaller', '—', '—', '803,880', '37,224', '—', '—'],
  ]);
});
