import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paretoFront } from '../../src/plots';

test('the front: nothing on it is beaten, and everything off it is', () => {
  const points = Array.from({ length: 200 }, (_, i) => ({ accuracy: ((i * 7919) % 97) / 97, cost: ((i * 104729) % 89) + 1 }));
  const front = paretoFront(points, ({ cost }) => cost);
  const beats = (a: (typeof points)[number], b: (typeof points)[number]) =>
    a.accuracy >= b.accuracy && a.cost <= b.cost && (a.accuracy > b.accuracy || a.cost < b.cost);
  for (const point of points) {
    const isOn = front.some(({ accuracy, cost }) => accuracy === point.accuracy && cost === point.cost);
    assert.equal(isOn, !points.some((other) => beats(other, point)));
  }
  assert.deepEqual(front, [...front].sort((a, b) => a.cost - b.cost));
});
