import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { RecordLog } from '../../src/comparison/record-log';

type Key = { readonly net: string; readonly seed: number; readonly budget: number | null };
interface Value {
  readonly accuracy: number;
}

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tfjs-lowrank-log-'));
  path = join(folder, 'results', 'log.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => RecordLog.open<Key, Value>(path, ['net', 'seed', 'budget']);
const a = { net: '784·10 ≈', seed: 0, budget: null, accuracy: 0.98 };
const b = { net: '784·10 ≈', seed: 1, budget: 100, accuracy: 0.97 };

test('a file that is not there holds nothing, and is made with its folder by the first record', async () => {
  const log = await open();
  assert.deepEqual(log.records, []);
  await log.add(a);
  assert.equal(readFileSync(path, 'utf8'), `${JSON.stringify(a)}\n`);
});

test('what was added is found by its key, in this log and in the next', async () => {
  const log = await open();
  await log.add(a);
  await log.add(b);
  for (const each of [log, await open()]) {
    assert.deepEqual(each.records, [a, b]);
    assert.deepEqual(each.get({ net: a.net, seed: 1, budget: 100 }), b);
    assert.equal(each.get({ net: a.net, seed: 1, budget: null }), undefined);
  }
});

test('of two records with one key the later one counts', async () => {
  const log = await open();
  await log.add(a);
  await log.add({ ...a, accuracy: 0.99 });
  assert.deepEqual((await open()).records, [{ ...a, accuracy: 0.99 }]);
});

for (const cut of [1, 5, 12]) {
  test(`a last line that lacks its last ${cut} bytes is left out, and gone with the next record`, async () => {
    const log = await open();
    await log.add(a);
    await log.add(b);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length - cut));
    const again = await open();
    assert.deepEqual(again.records, [a]);
    await again.add(b);
    assert.deepEqual(readFileSync(path), whole);
  });
}

test('a line in the middle that is no record is named, with what to do', async () => {
  await (await open()).add(a);
  appendFileSync(path, `nonsense\n${JSON.stringify(b)}\n`);
  await assert.rejects(open(), { name: 'RangeError', message: /log\.jsonl, line 2 is no JSON: nonsense; take the line out/ });
});

test('a record without a field of the key is named', async () => {
  await (await open()).add(a);
  appendFileSync(path, '{"net":"x","seed":1}\n');
  await assert.rejects(open(), { name: 'RangeError', message: /line 2 has no field 'budget'/ });
});
