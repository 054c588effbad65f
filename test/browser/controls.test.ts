import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotebookPage } from './notebook-page';
import { withJupyterLab } from './stage';

const name = 'controls.ipynb';
const turns = 'await new Promise((resolve) => setTimeout(resolve, 20));';

/** The notebook's cells, by what they are for. */
const sources = {
  declare: 'let rounds = 0;',
  endless: `console.log('on'); while (true) { rounds++; ${turns} }`,
  blocked: "console.log('on'); while (true) rounds++;",
  rounds: 'rounds > 0',
  exit: 'process.exit(3)',
  ask: "const who = await prompt('Who?'); `hello ${who}`",
  lines: "for (let i = 0; i < 20_000; i++) console.log('line', i);",
  complete: 'Math.sqr',
  sign: 'Math.atan2()',
  fail: "const half = (x: number) => x / 2;\nhalf('text')",
};
type Name = keyof typeof sources;
const place = (cell: Name) => Object.keys(sources).indexOf(cell);

test("JupyterLab's buttons and keys, with our kernel", async (t) => {
  await withJupyterLab(t, (workplace) => workplace.write(name, Object.values(sources)), async ({ lab, chromium, step }) => {
    let notebook: NotebookPage;
    const start = async (cell: Name) => {
      await notebook.select(place(cell));
      await notebook.pressRun();
    };
    const run = (cell: Name, count: number) => notebook.run(place(cell), count);
    const outputs = (cell: Name) => notebook.outputs(place(cell));
    const says = (cell: Name, text: string) => notebook.cell(place(cell)).locator('.jp-OutputArea-output', { hasText: text }).first().waitFor();

    await step('a cell that is run while the kernel starts runs when it is there', async () => {
      notebook = await NotebookPage.open(chromium, lab, name);
      await notebook.connected();
      await run('declare', 1);
    });

    for (const [i, cell] of (['endless', 'blocked'] as const).entries()) {
      await step(`interrupted twice, a cell stops (${cell}); those behind it are not run, and the variables are there`, async () => {
        const count = 2 + 2 * i;
        await start(cell);
        await says(cell, 'on');
        await notebook.pressRun();
        await notebook.pressRun();
        await notebook.interrupt();
        await notebook.interrupt();
        await notebook.ran(place(cell), count);
        await says(cell, 'The cell was interrupted.');
        await notebook.idle();
        for (const behind of [1, 2]) assert.equal(await notebook.prompt(place(cell) + behind), '[ ]:');
        await run('rounds', count + 1);
        assert.deepEqual(await outputs('rounds'), ['true']);
      });
    }

    await step('an error names its line', async () => {
      await run('fail', 6);
      assert.match((await outputs('fail'))[0], /^cell\[6\]:2:6 - error TS2345: .*\n[^]*> 2 \| half\('text'\)/);
    });

    await step('restarts while a cell runs', async () => {
      await start('endless');
      await notebook.running(place('endless'));
      await notebook.restart();
      assert.equal(await notebook.prompt(place('endless')), '[ ]:');
      await run('declare', 1);
    });

    await step('a kernel that ends by itself is started again', async () => {
      await start('exit');
      await notebook.page.locator('.jp-Dialog', { hasText: 'appears to have died. It will restart automatically' }).locator('.jp-mod-accept').click();
      await start('lines');
      await notebook.ran(place('lines'), 1);
    });

    await step('shows 20,000 lines', async () => {
      const [text] = await outputs('lines');
      assert.equal(text, Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(''));
    });

    await step('asks for a line', async () => {
      await start('ask');
      await notebook.page.locator('.jp-Stdin-input').fill('you');
      await notebook.page.keyboard.press('Enter');
      await notebook.ran(place('ask'), 2);
      assert.deepEqual((await outputs('ask')).slice(0, 2), ['Who? you\n', "'hello you'"]);
    });

    await step('completes with Tab', async () => {
      await notebook.edit(place('complete'));
      const item = notebook.page.locator('.jp-Completer-item', { hasText: /sqrt/ });
      // JupyterLab leaves out an answer that comes late: then its user asks again.
      for (let tries = 0; tries < 5 && (await item.count()) === 0; tries++) {
        await notebook.page.keyboard.press('Tab');
        await item.waitFor({ timeout: 10_000 }).catch(() => {});
      }
      await item.click({ timeout: 10_000 });
      await notebook.cell(place('complete')).locator('.cm-content', { hasText: /^Math\.sqrt$/ }).waitFor();
    });

    await step('shows a signature with Shift-Tab', async () => {
      await notebook.edit(place('sign'));
      await notebook.page.keyboard.press('ArrowLeft');
      await notebook.page.keyboard.press('Shift+Tab');
      await notebook.page.locator('.jp-Tooltip', { hasText: 'atan2(y: number, x: number): number' }).waitFor();
      await notebook.page.keyboard.press('Escape');
    });

    await step('a page is closed while a cell runs; another one stops it, and has its variables', async () => {
      await run('declare', 3);
      await start('endless');
      await notebook.running(place('endless'));
      await notebook.save();
      await notebook.close();
      notebook = await NotebookPage.open(chromium, lab, name);
      await notebook.connected();
      await notebook.interrupt();
      await notebook.idle();
      await run('rounds', 5);
      assert.deepEqual(await outputs('rounds'), ['true']);
    });

    await step('complains of nothing', async () => {
      assert.deepEqual(chromium.complaints, []);
      assert.deepEqual(chromium.requestsElsewhere(), []);
    });
  });
});
