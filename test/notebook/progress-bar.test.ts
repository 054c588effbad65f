import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { progressBar, track } from '../../src/notebook';
import { inCell, type Sent } from '../support/recording-host';

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

test('a bar inside of another one is shown below it, in the same display, and is gone when both are closed', async () => {
  const { pass, clock } = fakeTerminal();
  const sent = await inCell(() => {
    const seeds = progressBar({ total: 3, label: 'seeds', unit: 'seeds', clock });
    for (let seed = 1; seed <= 3; seed++) {
      const epochs = progressBar({ total: 10, label: '<epochs>', unit: 'epochs', clock });
      for (let epoch = 1; epoch <= 10; epoch++) {
        pass(1000);
        epochs.update(epoch);
      }
      epochs.close();
      seeds.update(seed, `seed ${seed}`);
    }
    seeds.close();
  });
  assert.equal(new Set(sent.map(({ content }) => content.transient?.display_id)).size, 1);
  assert.deepEqual(sent.map(({ update }) => update), sent.map((_, n) => n > 0));
  const both = sent.map(text).filter((lines) => lines.includes('\n'));
  assert.ok(both.includes('seeds: 1 of 3 seeds · 0.0667 seeds/s · 30.0 s left · seed 1\n  <epochs>: 5 of 10 epochs · 1 epochs/s · 5.0 s left'), both.join('\n\n'));
  assert.ok(both.every((lines) => lines.split('\n').length === 2));
  const { document } = new JSDOM(sent.find((each) => text(each).includes('\n'))!.content.data['text/html'] as string).window;
  assert.equal(document.querySelectorAll('progress').length, 2);
  assert.match(document.body.textContent, /<epochs>/);
  assert.equal(text(sent.at(-1)!), 'seeds: 3 seeds in 30.0 s · 0.1 seeds/s · seed 3');
});

test('a change of either bar is shown although the other one has just changed', async () => {
  const { pass, clock } = fakeTerminal();
  const sent = await inCell(() => {
    const outer = progressBar({ total: 10, clock });
    const inner = progressBar({ total: 10, clock });
    pass(1000);
    inner.update(10);
    inner.close();
    pass(1);
    outer.update(1);
  });
  assert.match(text(sent.at(-1)!), /^1 of 10 steps .*left$/);
});

test('an interrupted cell closes both; a bar that was left open goes on by itself', async () => {
  const { pass, clock } = fakeTerminal();
  const interrupted = await inCell((interrupt) => {
    const outer = progressBar({ total: 3, clock });
    const inner = progressBar({ total: 3, clock });
    pass(1000);
    outer.update(1);
    inner.update(2);
    interrupt();
    pass(1000);
    inner.update(3);
  });
  assert.equal(text(interrupted.at(-1)!), 'interrupted at 1 of 3 steps in 1.0 s · 1 steps/s');
  const sent = await inCell(() => {
    const first = progressBar({ total: 2, label: 'first', clock });
    const second = progressBar({ total: 2, label: 'second', clock });
    first.close();
    pass(1000);
    second.update(1);
    second.close();
  });
  const last = new Map(sent.map((each) => [each.content.transient?.display_id, text(each)]));
  assert.deepEqual([...last.values()].map((line) => line.split(' in ')[0]), ['first: stopped at 0 of 2 steps', 'second: stopped at 1 of 2 steps']);
});

test('bars of two cells have nothing to do with each other', async () => {
  let outer!: ReturnType<typeof progressBar>;
  const { clock } = fakeTerminal();
  await inCell(() => void (outer = progressBar({ total: 2, clock })));
  const sent = await inCell(() => progressBar({ total: 2, clock }).close());
  assert.ok(sent.every((each) => !text(each).includes('\n')));
  assert.equal(sent[0]!.update, false);
  outer.close();
});

test('track moves on with each item, and closes its bar however the loop ends', () => {
  const { lines, pass, ...terminal } = fakeTerminal();
  const seen: string[] = [];
  for (const item of track(['a', 'b'], { unit: 'items', ...terminal })) {
    pass(1000);
    seen.push(item);
  }
  assert.deepEqual(seen, ['a', 'b']);
  assert.deepEqual(lines, ['1 of 2 items · 1 items/s · 1.0 s left\n', '2 items in 2.0 s · 1 items/s\n']);
  assert.throws(() => {
    for (const item of track([1, 2, 3], terminal)) if (item === 2) throw new Error('stop');
  }, /stop/);
  assert.match(lines.at(-1)!, /^stopped at 1 of 3 steps/);
  for (const _ of track([1, 2, 3], terminal)) break;
  assert.match(lines.at(-1)!, /^stopped at 0 of 3 steps/);
  const before = lines.length;
  assert.deepEqual([...track([], terminal)], []);
  assert.equal(lines.length, before);
});

test('work that cannot be measured is refused', () => {
  assert.throws(() => progressBar({ total: 0 }), /total is 0/);
  assert.throws(() => progressBar({ total: NaN }), /total is NaN/);
  const bar = progressBar({ total: 1, ...fakeTerminal() });
  assert.throws(() => bar.update(NaN), /done is NaN/);
  assert.throws(() => bar.update(-1), /done is -1/);
  bar.close();
});

function text({ content }: Sent): string {
  return content.data['text/plain'] as string;
}

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
