import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { progressBar } from '../../../src/notebook';
import { finishedLine, plainLine, runningLine } from '../../../src/training/fit/progress/epoch-line';
import { reporter, type ReporterOptions } from '../../../src/training/fit/progress/reporter';
import { openScreen } from '../../../src/training/fit/progress/screen';
import { inCell } from '../../support/recording-host';
import keras from './keras-callbacks.json';

describe('epoch lines', () => {
  test('are Keras’s', () => {
    for (const { of, seconds, logs, verbose, done, text } of keras.lines) {
      const numbers = Object.fromEntries(
        Object.entries(logs).map(([name, value]) => [name, Number(value!.replace('inf', 'Infinity'))]),
      );
      const line = done !== null ? runningLine : verbose === 2 ? plainLine : finishedLine;
      // Keras tells the part that is done by its colour.
      assert.equal(line({ done: done ?? of, of, seconds, logs: numbers }).replaceAll('─', '━'), text);
    }
  });

  test('have the training’s quantities by name, then the validation’s', () => {
    const logs = { val_loss: 0.11054, val_acc: 0.9665, loss: 0.0996, acc: 0.9701 };
    assert.equal(
      finishedLine({ done: 469, of: 469, seconds: 1.9, logs }),
      '469/469 ━━━━━━━━━━━━━━━━━━━━ 2s 4ms/step - acc: 0.9701 - loss: 0.0996 - val_acc: 0.9665 - val_loss: 0.1105',
    );
  });

  test('show how much is done while the epoch runs', () => {
    assert.equal(runningLine({ done: 5, of: 20, seconds: 10, logs: {} }), ' 5/20 ━━━━━─────────────── 30s 2s/step');
    assert.equal(runningLine({ done: 0, of: 20, seconds: 0, logs: {} }), ' 0/20 ──────────────────── 0s 0s/step');
  });
});

/** Two epochs of ten steps, of 20 ms each but the first, told to a terminal. */
function tell({ verbose = 'auto', isTTY }: { verbose?: ReporterOptions['verbose']; isTTY?: boolean }): {
  written: string[];
} {
  const written: string[] = [];
  let now = 0;
  const clock = () => now;
  const terminal = { isTTY, columns: 60, write: (text: string) => written.push(text) };
  const report = reporter({ verbose, epochs: 2, steps: 10, clock, screen: openScreen(terminal, clock) });
  for (let epoch = 0; epoch < 2; epoch++) {
    report.begin(epoch);
    for (let step = 1; step <= 10; step++) {
      now += step === 1 ? 200 : 20;
      report.progress(step, () => ({ loss: 1 / step }));
    }
    report.end(10, { loss: 0.5 });
  }
  report.close();
  return { written };
}

describe('progress', () => {
  const line = '10/10 ━━━━━━━━━━━━━━━━━━━━ 0s 20ms/step - loss: 0.5000';

  test('goes to a file as a heading and a line an epoch', () => {
    assert.deepEqual(tell({}).written, [`Epoch 1/2\n`, `${line}\n`, `Epoch 2/2\n`, `${line}\n`]);
  });

  test('is a plain line an epoch with verbose 2, also on a terminal', () => {
    const expected = 'Epoch 1/2 10/10 - 0s - 20ms/step - loss: 0.5000 Epoch 2/2 10/10 - 0s - 20ms/step - loss: 0.5000';
    assert.equal(tell({ verbose: 2, isTTY: true }).written.join('').replace(/\s+/g, ' ').trim(), expected);
  });

  test('is silent with verbose 0', () => {
    assert.deepEqual(tell({ verbose: 0, isTTY: true }).written, []);
  });

  test('moves in place on a terminal, within its width, and leaves the same lines', () => {
    const { written } = tell({ isTTY: true });
    assert.ok(written.length > 6 && written.length < 12, `${written.length} writes`);
    assert.ok(written.every((text) => text.startsWith('\r') && text.trim().length < 60));
    const shown = written
      .join('')
      .split('\n')
      .map((row) => row.split('\r').at(-1)!.trim());
    assert.deepEqual(shown, ['Epoch 1/2', line, 'Epoch 2/2', line, '']);
  });

  test('moves in place in a notebook, as one output that ends with the same lines', async () => {
    const sent = await inCell(() => void tell({}));
    assert.ok(sent.length > 3 && sent.length < 10, `${sent.length} messages`);
    assert.equal(new Set(sent.map(({ content }) => content.transient?.display_id)).size, 1);
    assert.deepEqual(
      sent.map(({ update }) => update),
      sent.map((_, n) => n > 0),
    );
    assert.ok(sent.some(({ content }) => String(content.data['text/plain']).includes('─')));
    assert.equal(sent.at(-1)!.content.data['text/plain'], ['Epoch 1/2', line, 'Epoch 2/2', line].join('\n'));
  });

  test('a long training in a notebook is shown in several outputs, each of which is whole', async () => {
    const sent = await inCell(() => {
      const screen = openScreen(undefined, () => 0);
      for (let i = 0; i < 450; i++) screen.line(`line ${i}`);
      screen.close();
    });
    const last = new Map(
      sent.map(({ content }) => [content.transient!.display_id, String(content.data['text/plain'])]),
    );
    assert.equal(last.size, 3);
    assert.equal([...last.values()].join('\n'), Array.from({ length: 450 }, (_, i) => `line ${i}`).join('\n'));
  });

  test('inside of a progress bar it is one line below that, which does not stay', async (context) => {
    const printed = context.mock.method(console, 'log', () => undefined);
    let now = 0;
    const clock = () => now;
    const sent = await inCell(() => {
      const bar = progressBar({ total: 2, label: 'seeds', unit: 'seeds', clock });
      const report = reporter({ verbose: 'auto', epochs: 2, steps: 10, clock });
      report.note('Resumed');
      for (let epoch = 0; epoch < 2; epoch++) {
        report.begin(epoch);
        for (let step = 1; step <= 10; step++) {
          now += 200;
          report.progress(step, () => ({ loss: 1 / step }));
        }
        report.end(10, { loss: 0.5 });
      }
      report.close();
      bar.update(1);
      bar.close();
    });
    const texts = sent.map(({ content }) => String(content.data['text/plain']));
    assert.equal(new Set(sent.map(({ content }) => content.transient?.display_id)).size, 1);
    assert.ok(texts.some((text) => /^seeds: 0 of 2 seeds\n {2}Epoch 2\/2  5\/10 ━+─+ .* - loss: 0.2000$/.test(text)), texts.join('\n'));
    assert.match(texts.at(-1)!, /^seeds: stopped at 1 of 2 seeds in [^\n]*$/);
    assert.deepEqual(printed.mock.calls.map(({ arguments: [text] }) => text), ['Resumed']);
  });

  test('inside of a progress bar it is as ever if it was asked for', async () => {
    const sent = await inCell(() => {
      const bar = progressBar({ total: 2 });
      const report = reporter({ verbose: 2, epochs: 1, steps: 1 });
      report.begin(0);
      report.end(1, { loss: 0.5 });
      report.close();
      bar.close();
    });
    assert.equal(new Set(sent.map(({ content }) => content.transient?.display_id)).size, 2);
    assert.ok(sent.some(({ content }) => /^1\/1 - 0s .* - loss: 0.5000$/.test(String(content.data['text/plain']))));
  });
});
