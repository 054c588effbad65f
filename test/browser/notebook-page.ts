import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Chromium } from './chromium';
import type { JupyterLab } from './jupyter-lab';

/** How long anything may take, in milliseconds: other tests may keep the machine busy. */
export const patience = 120_000;

// Of what the browser has, that which functions below use there.
declare const getComputedStyle: (node: unknown) => { readonly color: string };
declare class MutationObserver {
  constructor(changed: () => void);
  observe(node: unknown, what: Record<string, boolean>): void;
  disconnect(): void;
}

/** What a progress bar did. */
export interface ProgressWatch {
  /** Waits until the bar stands at this value or beyond. */
  reaches(value: number): Promise<void>;
  /** Returns where it stood, and how many bars there were at once at most. */
  stop(): Promise<{ readonly values: readonly number[]; readonly most: number }>;
}

/** A notebook in JupyterLab, as its user sees it. */
export class NotebookPage {
  readonly cells: Locator;
  private readonly panel: Locator;

  private constructor(
    readonly page: Page,
    private readonly lab: JupyterLab,
    private readonly name: string,
  ) {
    this.panel = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
    this.cells = this.panel.locator('.jp-Notebook .jp-Cell');
  }

  /** Opens a notebook in a page of its own, and waits until all its cells are there; its kernel still starts then. */
  static async open(chromium: Chromium, lab: JupyterLab, name: string): Promise<NotebookPage> {
    const { content } = await lab.ask<{ content: { cells: unknown[] } }>(`/api/contents/${name}`);
    const page = await chromium.newPage();
    page.setDefaultTimeout(patience);
    // Otherwise JupyterLab brings back what was open before.
    await page.goto(lab.url(`/lab/tree/${name}?reset&token=${lab.token}`));
    const notebook = new NotebookPage(page, lab, name);
    await notebook.cells.nth(content.cells.length - 1).waitFor({ state: 'attached' });
    await notebook.panel.locator('.jp-Spinner').waitFor({ state: 'detached' });
    return notebook;
  }

  cell(index: number): Locator {
    return this.cells.nth(index);
  }

  /** Waits until the kernel is there and has nothing to do. */
  async idle(): Promise<void> {
    await this.connected();
    await this.panel.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
  }

  /**
   * Waits until the notebook has its kernel, which may still start: JupyterLab then keeps what is to be run. What it is told to run before,
   * it forgets, whatever the kernel.
   */
  async connected(): Promise<void> {
    const hasSession = async () => (await this.lab.ask<{ path: string }[]>('/api/sessions')).some(({ path }) => path === this.name);
    for (const end = Date.now() + patience; !(await hasSession()); await this.page.waitForTimeout(100)) {
      if (Date.now() > end) assert.fail(`${this.name} has no kernel after ${patience / 1000} s`);
    }
    await this.panel.locator('.jp-KernelName', { hasText: 'TypeScript (tslab)' }).waitFor();
    await this.panel.locator('.jp-Notebook-ExecutionIndicator:not([data-status="initializing"])').waitFor();
  }

  /** What stands beside a cell: `[ ]`, `[*]` while it runs or waits, then its count. */
  async prompt(index: number): Promise<string> {
    return (await this.cell(index).locator('.jp-InputPrompt').textContent()) ?? '';
  }

  /** The prompts of all code cells. */
  async prompts(): Promise<string[]> {
    return this.panel.locator('.jp-CodeCell .jp-InputPrompt').allTextContents();
  }

  async select(index: number): Promise<void> {
    await this.cell(index).locator('.jp-InputPrompt').click();
  }

  /** Shift-Enter in the selected cell, which also selects the next one. */
  async pressRun(): Promise<void> {
    await this.page.keyboard.press('Shift+Enter');
  }

  /** Waits until a cell has run, as the one with this count. */
  async ran(index: number, count: number): Promise<void> {
    await this.cell(index).locator('.jp-InputPrompt', { hasText: /^\[\d+\]:$/ }).waitFor();
    assert.equal(await this.prompt(index), `[${count}]:`, `cell ${index} of ${this.name}`);
  }

  /** Waits until cells run or wait to be run, and then until none does. */
  async allRan(limit: number): Promise<void> {
    const waiting = this.panel.locator('.jp-InputPrompt', { hasText: '[*]:' });
    await waiting.first().waitFor({ state: 'attached' });
    for (const end = Date.now() + limit; (await waiting.count()) > 0; await this.page.waitForTimeout(200)) {
      if (Date.now() > end) assert.fail(`${this.name} still runs after ${limit / 1000} s: ${(await this.prompts()).join(' ')}`);
    }
  }

  /** Selects a cell, runs it and waits for its end. */
  async run(index: number, count: number): Promise<void> {
    await this.select(index);
    await this.pressRun();
    await this.ran(index, count);
  }

  /** Waits until a cell runs, or waits to be run. */
  async running(index: number): Promise<void> {
    await this.cell(index).locator('.jp-InputPrompt', { hasText: '[*]:' }).waitFor();
  }

  /** Puts the cursor at the end of a cell of one line. */
  async edit(index: number): Promise<void> {
    await this.cell(index).locator('.cm-content').click();
    await this.page.keyboard.press('End');
  }

  /** Writes code into a new cell at the end; returns the cell's place. */
  async append(code: string): Promise<number> {
    const last = (await this.cells.count()) - 1;
    await this.cell(last).locator('.jp-InputArea').click({ position: { x: 4, y: 4 } });
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('b');
    await this.cell(last + 1).waitFor();
    await this.page.keyboard.press('Enter');
    // As pasted: the editor closes brackets that are typed.
    await this.page.keyboard.insertText(code);
    return last + 1;
  }

  /** The outputs of a cell as text, charts left out. */
  async outputs(index: number): Promise<string[]> {
    return this.cell(index).locator('.jp-OutputArea-output:not(.jp-RenderedPlotly)').allTextContents();
  }

  /** The outputs of all cells as text, charts left out. */
  async texts(): Promise<string[]> {
    return this.panel.locator('.jp-OutputArea-output:not(.jp-RenderedPlotly)').allTextContents();
  }

  /** What went wrong in the notebook: the errors that its cells show, and all that was written to standard error. */
  async errors(): Promise<string[]> {
    return this.panel.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').allTextContents();
  }

  /** The colour of a word in a cell's code. */
  async colourOf(index: number, word: string): Promise<string> {
    const token = this.cell(index).locator('.cm-line span').getByText(word, { exact: true }).first();
    return token.evaluate((node) => getComputedStyle(node).color);
  }

  /** Follows the progress bar that the next run of a cell shows. */
  async watchProgress(index: number): Promise<ProgressWatch> {
    const watch = await this.cell(index).evaluateHandle((cell) => {
      const seen = { values: [] as number[], most: 0 };
      const observer = new MutationObserver(() => {
        const bars: { value: number }[] = [...cell.querySelectorAll('progress')];
        seen.most = Math.max(seen.most, bars.length);
        for (const { value } of bars) if (seen.values.at(-1) !== value) seen.values.push(value);
      });
      observer.observe(cell, { subtree: true, childList: true, attributes: true });
      return { seen, observer };
    });
    return {
      reaches: async (least) => {
        await this.page.waitForFunction(({ watch: { seen }, least }) => seen.values.at(-1)! >= least, { watch, least });
      },
      stop: () => watch.evaluate(({ seen, observer }) => {
        observer.disconnect();
        return seen;
      }),
    };
  }

  /** Clicks one of the buttons above the notebook: save, interrupt, restart, restart-and-run. */
  async click(button: 'save' | 'interrupt' | 'restart' | 'restart-and-run'): Promise<void> {
    await this.panel.locator(`.jp-Toolbar-item[data-jp-item-name="${button}"] jp-button`).click();
  }

  async interrupt(): Promise<void> {
    await this.click('interrupt');
  }

  /** Restarts the kernel, says yes to the question, and waits until it is there again. */
  async restart(): Promise<void> {
    await this.confirmRestart('restart');
    await this.idle();
  }

  /** Restarts the kernel, says yes to the question, and has all cells run. */
  async restartAndRunAll(): Promise<void> {
    await this.confirmRestart('restart-and-run');
  }

  async save(): Promise<void> {
    const saved = this.page.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.url().includes('/api/contents/'));
    await this.click('save');
    const answer = await saved;
    assert.equal(answer.status(), 200, await answer.text());
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  private async confirmRestart(button: 'restart' | 'restart-and-run'): Promise<void> {
    const restarted = this.page.waitForResponse((answer) => /\/api\/kernels\/[^/]+\/restart/.test(answer.url()));
    await this.click(button);
    await this.page.locator('.jp-Dialog .jp-mod-accept').click();
    assert.equal((await restarted).status(), 200);
  }
}
