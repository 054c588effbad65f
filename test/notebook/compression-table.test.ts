import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompressionReportJSON } from '../../src/compression';
import { compressionTable } from '../../src/notebook';

const report: CompressionReportJSON = {
  layers: [
    {
      name: 'first', kind: 'Dense', shape: [784, 1024], rank: 20, fullRank: 784, measuredOn: 'weights', energyKept: 0.875, relativeError: 0.353553,
      parametersBefore: 803_840, parametersAfter: 37_184, multiplyAddsBefore: 802_816, multiplyAddsAfter: 36_160,
    },
    {
      name: 'last', kind: 'Conv2D', shape: [9, 4], rank: null, fullRank: 4, measuredOn: 'weights', energyKept: 1, relativeError: 0,
      parametersBefore: 40, parametersAfter: 40, multiplyAddsBefore: null, multiplyAddsAfter: null, kept: 'kept by the rule',
    },
  ],
  parametersBefore: 803_880, parametersAfter: 37_224, ratio: 803_880 / 37_224, multiplyAddsBefore: null, multiplyAddsAfter: null,
};

const lines = ({ text }: { readonly text: string }) => text.split('\n').map((line) => line.trim().split(/ {2,}/));

test('a row for each layer, then the model; what is not known is a dash', () => {
  const [caption, titles, , ...rows] = lines(compressionTable(report, { caption: 'Rank 20' }));
  assert.deepEqual(caption, ['Rank 20']);
  assert.deepEqual(titles, ['Layer', 'Kind', 'Kernel', 'Rank', 'Energy kept', 'Relative error', 'Parameters before', 'Parameters after', 'Multiply-adds before', 'Multiply-adds after']);
  assert.deepEqual(rows, [
    ['first', 'Dense', '784 × 1024', '20 of 784', '87.50 %', '0.3536', '803,840', '37,184', '802,816', '36,160'],
    ['last', 'Conv2D', '9 × 4', 'whole: kept by the rule', '100.00 %', '0.0000', '40', '40', '—', '—'],
    ['model', '—', '—', '21.60× smaller', '—', '—', '803,880', '37,224', '—', '—'],
  ]);
});

test('what was measured is told where it is not weights alone', () => {
  const [first, last] = report.layers;
  const [titles, , ...rows] = lines(compressionTable({ ...report, layers: [{ ...first!, measuredOn: 'outputs' }, last!] }));
  assert.deepEqual(titles!.slice(3, 6), ['Rank', 'Measured on', 'Energy kept']);
  assert.deepEqual(rows.map((row) => row[4]), ['outputs', 'weights', '—']);
});
