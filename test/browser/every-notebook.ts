// Run by `npm run test:browser -- --all`, since it takes minutes. With LOWRANK_BROWSER_PICTURES the pages are kept there as pictures.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { selectNotebooks } from '../../kernel-setup/notebook-runner/select-notebooks';
import { projectRoot } from '../support/project';
import { chartOutput, chartsIn, pictureIsDrawn } from './charts';
import { NotebookPage } from './notebook-page';
import { withJupyterLab } from './stage';

const words = (process.env.LOWRANK_BROWSER_NOTEBOOKS ?? '').split(' ').filter(Boolean);
const pictures = process.env.LOWRANK_BROWSER_PICTURES;
/** In milliseconds; in quick mode they take a minute to three. */
const longestRun = 1_800_000;
/** Of data that are made up, because the real ones are not on this machine: said aloud, but no fault of the notebook's. */
const isBanner = (text: string): boolean => /^Synthetic \w+, not (MNIST|CIFAR-10): /.test(text);

test('every notebook restarts and runs all of its cells', async (t) => {
  const files = selectNotebooks(join(projectRoot, 'notebooks'), words).map((path) => basename(path));
  if (pictures) mkdirSync(pictures, { recursive: true });
  await withJupyterLab(t, () => {}, async ({ workplace, lab, chromium, step }) => {
    for (const file of files) {
      await step(file, async () => {
        const notebook = await NotebookPage.open(chromium, lab, file);
        await notebook.idle();
        await notebook.restartAndRunAll();
        await notebook.allRan(longestRun);
        assert.deepEqual((await notebook.errors()).filter((text) => !isBanner(text)), []);
        const prompts = await notebook.prompts();
        assert.deepEqual(prompts, prompts.map((_, i) => `[${i + 1}]:`));
        await notebook.save();
        const charts = chartsIn(join(workplace.notebooks, file));
        assert.ok(charts.length > 0);
        for (const [i, chart] of charts.entries()) {
          await pictureIsDrawn(notebook, chart);
          if (!pictures) continue;
          await chartOutput(notebook, chart).scrollIntoViewIfNeeded();
          await notebook.page.screenshot({ path: join(pictures, `${basename(file, '.ipynb')}-${i}-${chart.id}.png`) });
        }
        await notebook.close();
        await lab.endKernels();
      }, { independent: true });
    }
    await step('none of them asks anything of other machines, or complains', async () => {
      assert.deepEqual(chromium.requestsElsewhere(), []);
      assert.deepEqual(chromium.complaints, []);
    });
  });
});
