import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressBar } from '../../src/notebook';
import { inCell } from '../support/recording-host';

test('outside a notebook a line is printed for every tenth of the work, and one at the end', () => {
  const { lines, ...terminal } = fakeTerminal();
  const bar = progressBar({ total: 1000, label: 'training', ...terminal });
  for (let step = 1; step <= 1000; step++) {
    terminal.pass(10);
    bar.update(step, `loss ${1000 - step}`);
  }
  bar.close();
  assert.equal(lines.length, 10);
  assert.equal(lines[0], 'training: 100 of 1,000 steps · 100 steps/s · 9.0 s left · loss 900\n');
  assert.equal(lines[9], 'training: 1,000 steps in 10.0 s · 100 steps/s · loss 0\n');
});

test('work that ends early says where', () => {
  const { lines, ...terminal } = fakeTerminal();
  const bar = progressBar({ total: 100, unit: 'epochs', ...terminal });
  terminal.pass(130_000);
  bar.update(65);
  bar.close();
  bar.close();
  bar.update(66);
  assert.deepEqual(lines, ['65 of 100 epochs · 0.5 epochs/s · 1 min 10 s left\n', 'stopped at 65 of 100 epochs in 2 min 10 s · 0.5 epochs/s\n']);
});

test('in a notebook it moves in place ten times a second at most, and leaves one line', async () => {
  const { pass, clock } = fakeTerminal();
  const sent = await inCell(() => {
    const bar = progressBar({ total: 1000, label: 'training <x>', clock });
    for (let step = 1; step <= 1000; step++) {
      pass(1);
      bar.update(step);
    }
    bar.close();
  });
  assert.ok(sent.length >= 5 && sent.length <= 12, `${sent.length} messages in one second`);
  assert.equal(new Set(sent.map(({ content }) => content.transient?.display_id)).size, 1);
  assert.deepEqual(sent.map(({ update }) => update), sent.map((_, n) => n > 0));
  assert.match(sent[3].content.data['text/html'] as string, /<progress value="\d+" max="1000"/);
  const last = sent.at(-1)!.content.data;
  assert.equal(last['text/plain'], 'training <x>: 1,000 steps in 1.0 s · 1,000 steps/s');
  assert.equal(last['text/html'], '<div>training &#60;x&#62;: 1,000 steps in 1.0 s · 1,000 steps/s</div>');
});

test('an interrupted cell closes it', async () => {
  const { pass, clock } = fakeTerminal();
  const sent = await inCell((interrupt) => {
    const bar = progressBar({ total: 10, clock });
    pass(1000);
    bar.update(2);
    interrupt();
    pass(1000);
    bar.update(3);
    bar.close();
  });
  assert.equal(sent.at(-1)!.content.data['text/plain'], 'interrupted at 2 of 10 steps in 1.0 s · 2 steps/s');
  assert.equal(sent.length, 3);
});

test('work that cannot be measured is refused', () => {
  assert.throws(() => progressBar({ total: 0 }), /total is 0/);
  assert.throws(() => progressBar({ total: NaN }), /total is NaN/);
  const bar = progressBar({ total: 1, ...fakeTerminal() });
  assert.throws(() => bar.update(NaN), /done is NaN/);
  assert.throws(() => bar.update(-1), /done is -1/);
  bar.close();
});

function fakeTerminal() {
  const lines: string[] = [];
  let now = 5000;
  return {
    lines,
    stream: { write: (text: string) => lines.push(text) },
    clock: () => now,
    pass: (milliseconds: number) => void (now += milliseconds),
  };
}
