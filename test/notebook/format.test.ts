import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnFormat, formatDuration, formatRate } from '../../src/notebook/format';

test('durations are read at a glance', () => {
  assert.deepEqual([0.04, 12.34, 59.96, 185, 3599.6, 7620].map(formatDuration), ['0.0 s', '12.3 s', '1 min 00 s', '3 min 05 s', '1 h 00 min', '2 h 07 min']);
});

test('rates have three digits', () => {
  assert.deepEqual([0.01234, 5.678, 123.4, 45_678].map(formatRate), ['0.0123', '5.68', '123', '45,678']);
});

test('whole numbers stay whole beside missing ones', () => {
  const text = columnFormat([84060, 12n]);
  assert.deepEqual([84060, 12n, -5].map(text), ['84,060', '12', '−5']);
});
