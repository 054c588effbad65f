import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  comparisonData, loadBackend, readComparison, runComparison, syntheticDigits,
  type ComparisonData, type ComparisonGrid, type ComparisonMethod, type ComparisonProgress, type ComparisonRecord,
} from '../../src';
import { methods } from '../../src/comparison/methods';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';

const recipe = { epochs: 2, batchSize: 32 };
const every: ComparisonGrid = [{
  network: '784-100-50-10', budgets: [24_180], seeds: [3], start: recipe, further: recipe,
  methods: Object.keys(methods) as ComparisonMethod[],
}];
const grid: ComparisonGrid = [{ ...every[0]!, budgets: [24_180, 11_728], methods: ['SVD', 'library, refined'], seeds: [0, 1] }];

let folder = '';
let data: ComparisonData;
before(async () => {
  await loadBackend();
  folder = mkdtempSync(join(tmpdir(), 'tfjs-lowrank-comparison-'));
  data = comparisonData({ train: syntheticDigits(320, 0), test: syntheticDigits(100, 1) });
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
  tensorFlowJs().dispose([data.train.x, data.train.y, data.test.x, data.test.y]);
});

const optionsFor = (name: string) => ({ file: join(folder, `${name}.jsonl`), starts: join(folder, `${name}-starts`) });
/** What hangs on nothing but the seeds. */
const comparable = (records: readonly ComparisonRecord[]) =>
  records.map(({ inference, startInference, seconds, coreSeconds, ...rest }) => rest);

describe('a comparison', () => {
  test('every method keeps to the budget, and its figures are those of the net that it makes', async () => {
    const options = optionsFor('methods');
    const records = await runComparison(every, data, options);
    assert.deepEqual(records.map(({ method }) => method), ['dense', ...every[0]!.methods]);
    for (const { method, parameters, multiplyAdds, accuracy, files, inference, startInference, seconds } of records) {
      if (method !== 'dense') assert.ok(parameters <= 24_180 && parameters > 20_000, `${method} has ${parameters} parameters`);
      assert.equal(multiplyAdds, parameters - 160, `${method}: each weight of a kernel is used once, and there are 160 biases`);
      assert.ok(accuracy > 0.1, `${method} has an accuracy of ${accuracy}`);
      assert.equal(files.float32.accuracy, accuracy);
      assert.ok(files.float32.bytes > 4 * parameters && files.float16.bytes < 0.62 * files.float32.bytes && files.uint8.bytes < 0.45 * files.float32.bytes);
      assert.ok(inference > 0 && startInference > 0 && seconds! > 0);
    }
  });

  test('broken off after any result it goes on to the same figures, and runs nothing twice', async () => {
    const whole = await runComparison(grid, data, optionsFor('whole'));
    const options = optionsFor('broken');
    for (const stopAfter of [1, 4]) {
      const stop = new AbortController();
      const onProgress = ({ done }: ComparisonProgress) => {
        if (done === stopAfter) stop.abort(new Error('enough'));
      };
      await assert.rejects(runComparison(grid, data, { ...options, onProgress, signal: stop.signal }), /enough/);
      const { records, missing } = await readComparison(grid, data, options.file);
      assert.deepEqual([records.length, missing], [stopAfter, whole.length - stopAfter]);
    }
    const lines = readFileSync(options.file, 'utf8');
    const rest = await runComparison(grid, data, options);
    assert.ok(readFileSync(options.file, 'utf8').startsWith(lines));
    assert.deepEqual(comparable(rest), comparable(whole));
    assert.deepEqual(readdirSync(options.starts).filter((name) => name.endsWith('.checkpoint')), []);
  });

  test('a larger grid runs what is new alone', async () => {
    const options = optionsFor('whole');
    const seen: (number | undefined)[] = [];
    const onProgress = ({ next }: ComparisonProgress) => void seen.push(next?.budget ?? undefined);
    const more = await runComparison([{ ...grid[0]!, budgets: [24_180, 11_728, 5_000] }], data, { ...options, onProgress });
    assert.deepEqual(seen, [5_000, 5_000, 5_000, 5_000, undefined]);
    assert.equal(more.length, 14);
  });

  test('leaves no tensor behind, and none when it is aborted in a training', async () => {
    const { memory } = tensorFlowJs();
    await runComparison(every, data, optionsFor('leak-first'));
    const tensors = memory().numTensors;
    await runComparison(every, data, optionsFor('leak-second'));
    assert.equal(memory().numTensors, tensors);
    const stop = new AbortController();
    const running = runComparison([{ ...every[0]!, start: { epochs: 2000, batchSize: 8 } }], data, { ...optionsFor('leak-third'), signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 1500);
    await assert.rejects(running, /enough/);
    assert.equal(memory().numTensors, tensors);
  });

  test('a file that holds something else is refused before anything is run', async () => {
    const options = optionsFor('nonsense');
    writeFileSync(options.file, '[]\n');
    await assert.rejects(runComparison(grid, data, options), { name: 'RangeError', message: /line 1 has no field 'network'/ });
  });
});
