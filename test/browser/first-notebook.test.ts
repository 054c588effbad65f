import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRunning } from '../support/processes';
import { chartsIn, interactiveIsDrawn, pictureIsDrawn } from './charts';
import { isFree } from './jupyter-lab';
import { NotebookPage } from './notebook-page';
import { withJupyterLab } from './stage';

interface Cell {
  readonly id: string;
  readonly cell_type: string;
  readonly execution_count?: number | null;
  readonly outputs?: readonly { readonly output_type: string }[];
}

const name = '1-two-layer-network.ipynb';
const interruptLimit = 10_000;

test('the first notebook in JupyterLab, from npm start to Ctrl-C', async (t) => {
  await withJupyterLab(t, () => {}, async ({ workplace, lab, chromium, step }) => {
    const path = join(workplace.notebooks, name);
    const saved = () => (JSON.parse(readFileSync(path, 'utf8')) as { cells: Cell[] }).cells;
    const results = () => readdirSync(join(workplace.notebooks, 'results')).map((file) => readFileSync(join(workplace.notebooks, 'results', file), 'utf8'));
    const cells = saved();
    const place = (id: string) => cells.findIndex((cell) => cell.id === id);
    const codeCells = cells.filter((cell) => cell.cell_type === 'code').length;
    const committedResults = results();
    let notebook: NotebookPage;

    await step('opens on the guide, and announces nothing', async () => {
      const page = await chromium.newPage();
      await page.goto(lab.url(`/?token=${lab.token}`));
      await page.locator('.jp-RenderedMarkdown h1', { hasText: 'Start here' }).waitFor();
      assert.match(page.url(), /\/lab\/tree\/README\.md$/);
      await page.locator('.jp-DirListing-item', { hasText: name }).waitFor();
      assert.equal(await page.locator('.jp-Dialog, .Toastify__toast').count(), 0);
      await page.close();
    });

    await step('shows the notebook as it was committed, before anything runs', async () => {
      notebook = await NotebookPage.open(chromium, lab, name);
      assert.deepEqual(await notebook.prompts(), Array.from({ length: codeCells }, (_, i) => `[${i + 1}]:`));
      for (const chart of chartsIn(path)) await pictureIsDrawn(notebook, chart);
    });

    await step('colours TypeScript', async () => {
      const colour = (word: string) => notebook.colourOf(place('f-loop'), word);
      assert.equal(await colour('interface'), await colour('async'));
      assert.notEqual(await colour('interface'), await colour('fit'));
    });

    await step('runs cell by cell', async () => {
      await notebook.idle();
      await notebook.select(place('settings'));
      let count = 0;
      for (const [i, cell] of cells.entries()) {
        if (i < place('settings')) continue;
        const bar = cell.id === 'f-run' ? await notebook.watchProgress(i) : undefined;
        await notebook.pressRun();
        if (cell.cell_type !== 'code') continue;
        await notebook.ran(i, ++count);
        assert.deepEqual(await notebook.errors(), []);
        if (bar) {
          const { values, most } = await bar.stop();
          assert.ok(new Set(values).size >= 2, `the progress bar stood at ${values.join(', ')}`);
          assert.deepEqual(values, [...values].sort((a, b) => a - b));
          assert.equal(most, 1, 'the progress bar must change in place');
          assert.match((await notebook.outputs(i))[0], /20 steps in .*loss \d/);
        }
      }
      assert.equal(count, codeCells);
      await notebook.save();
      // Behind the last cell JupyterLab has opened a new one.
      const counts = saved().filter((cell) => cell.cell_type === 'code').map((cell) => cell.execution_count);
      assert.deepEqual(counts, [...Array.from({ length: count }, (_, i) => i + 1), null]);
      assert.deepEqual(results(), committedResults, 'a quick run must leave the results alone');
    });

    await step('draws its charts, which answer the mouse', async () => {
      const charts = chartsIn(path);
      assert.deepEqual(charts.map(({ id }) => id), cells.filter(({ outputs = [] }) => JSON.stringify(outputs).includes('plotly')).map(({ id }) => id));
      for (const chart of charts) {
        await pictureIsDrawn(notebook, chart);
        await interactiveIsDrawn(notebook, chart);
      }
    });

    await step('stops a long training, and keeps what it has learnt', async () => {
      const training = await notebook.append(`let x = 41;
Object.assign(settings, { steps: 1_000_000, reportEvery: 1_000_000 });
const long = await fit('A long training', normal, adam({ learningRate: 0.001 }));`);
      const bar = await notebook.watchProgress(training);
      await notebook.pressRun();
      await bar.reaches(3);
      const start = performance.now();
      await notebook.interrupt();
      await notebook.ran(training, codeCells + 1);
      const time = performance.now() - start;
      assert.ok(time < interruptLimit, `it took ${time} ms`);
      assert.equal((await bar.stop()).most, 1);
      assert.match((await notebook.outputs(training)).join('\n'), /interrupted/i);

      const next = await notebook.append('const { loss: learnt, stoppedBy: how } = long.history;\n`${x + 1} ${how} ${learnt.length > 3 && learnt[3] < learnt[0]}`');
      await notebook.pressRun();
      await notebook.ran(next, codeCells + 2);
      assert.deepEqual(await notebook.outputs(next), ["'42 interrupt true'"]);
    });

    await step('restarts its kernel, which then knows nothing', async () => {
      await notebook.restart();
      const next = await notebook.append('typeof (globalThis as any).x + " " + process.env.LOWRANK_QUICK');
      await notebook.pressRun();
      await notebook.ran(next, 1);
      assert.deepEqual(await notebook.outputs(next), ["'undefined 1'"]);
    });

    await step('is saved, and shows the same when it is opened again, without a run', async () => {
      await notebook.save();
      const before = { prompts: await notebook.prompts(), texts: await notebook.texts() };
      await notebook.close();
      await lab.endKernels();

      notebook = await NotebookPage.open(chromium, lab, name);
      await notebook.idle();
      assert.deepEqual({ prompts: await notebook.prompts(), texts: await notebook.texts() }, before);
      for (const chart of chartsIn(path)) await pictureIsDrawn(notebook, chart);
      for (const chart of chartsIn(path).slice(0, 2)) await interactiveIsDrawn(notebook, chart);
      const next = await notebook.append('1 + 1');
      await notebook.pressRun();
      await notebook.ran(next, 1);
    });

    await step('asks nothing of other machines, and complains of nothing', async () => {
      assert.equal(await notebook.page.locator('.jp-Dialog, .Toastify__toast').count(), 0);
      assert.ok(chromium.requests.length > 100);
      assert.deepEqual(chromium.requestsElsewhere(), []);
      assert.deepEqual(chromium.complaints, []);
    });

    await step('ends with Ctrl-C, and leaves nothing behind', async () => {
      const processes = lab.processes();
      assert.ok(processes.length >= 4, 'npm, its shell, node, JupyterLab and the kernel should run');
      await lab.stop();
      assert.deepEqual(processes.filter(isRunning), []);
      assert.ok(await isFree(lab.port));
      assert.match(lab.log, /Stopped\./);
    });
  });
});
