import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { projectRoot } from '../support/project';
import { browserHere, leaveOut } from './browser-here';
import { Chromium } from './chromium';

/** `npm run demo`, started on any free port, with small networks. */
class Demo {
  #output = '';

  private constructor(
    private readonly process: ChildProcess,
    readonly folder: string,
  ) {
    for (const stream of [process.stdout!, process.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
  }

  static start(t: TestContext): Demo {
    const folder = mkdtempSync(join(tmpdir(), 'lowrank-demo-'));
    const args = [join(projectRoot, 'kernel-setup', 'demo.mjs'), '--quick', '--port', '0', '--output-dir', folder];
    const { npm_lifecycle_event: _, ...env } = process.env;
    const demo = new Demo(spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }), folder);
    t.after(async () => {
      await demo.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    return demo;
  }

  get output(): string {
    return this.#output;
  }

  async address(): Promise<string> {
    for (;;) {
      const found = /^(http:\S+)/m.exec(this.#output);
      if (found) return found[1]!;
      if (this.process.exitCode !== null) throw new Error(`the demo ended with status ${this.process.exitCode}:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** As Ctrl-C does. @returns the exit status */
  async stop(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const end = once(this.process, 'exit');
      this.process.kill('SIGINT');
      await end;
    }
    return this.process.exitCode;
  }

  /** The bytes of a model's files. */
  bytesOf(model: string): number {
    const folder = join(this.folder, 'models', model);
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  }
}

/** Keeps account of what a page asks for and complains about. */
function watch(page: Page): { readonly requests: string[]; readonly complaints: string[] } {
  const [requests, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  return { requests, complaints };
}

/** Draws with the mouse from point to point, in shares of the canvas. */
async function draw(page: Page, points: readonly (readonly [number, number])[]): Promise<void> {
  const { x, y, width, height } = (await page.locator('#pad').boundingBox())!;
  const move = ([across, down]: readonly [number, number]) => page.mouse.move(x + across * width, y + down * height, { steps: 5 });
  await move(points[0]!);
  await page.mouse.down();
  for (const point of points.slice(1)) await move(point);
  await page.mouse.up();
}

const answers = (page: Page): Promise<string[]> => page.locator('.answer strong').allTextContents();

/** Waits until both networks say the digit. */
async function bothSay(page: Page, digit: number): Promise<void> {
  await page.waitForFunction(
    (expected) => [...document.querySelectorAll('.answer strong')].filter(({ textContent }) => textContent === expected).length === 2,
    String(digit),
    { timeout: 10_000 },
  ).catch(async () => assert.deepEqual(await answers(page), [String(digit), String(digit)]));
}

test('npm run demo: a drawn digit, in headless Chromium', { timeout: 300_000 }, async (t) => {
  const browser = await browserHere();
  if ('absent' in browser) return leaveOut(t, browser.absent);
  const demo = Demo.start(t);
  const address = await demo.address();
  const profile = mkdtempSync(join(tmpdir(), 'lowrank-demo-browser-'));
  const chromium = await Chromium.start(browser.path, { browser: profile });
  t.after(async () => {
    await chromium.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });
  const page = await chromium.newPage();
  const { requests, complaints } = watch(page);
  await page.goto(address);
  await page.locator('body[data-ready]').waitFor({ timeout: 60_000 });

  await t.test('without ink there is no answer', async () => {
    assert.deepEqual(await page.locator('.answer').allTextContents(), ['no ink yet', 'no ink yet']);
  });

  await t.test('the sizes are those of the files', async () => {
    const shown = await page.locator('.bytes').evaluateAll((elements) => elements.map((each) => Number((each as HTMLElement).dataset.bytes)));
    assert.deepEqual(shown, [demo.bytesOf('dense'), demo.bytesOf('compressed')]);
    assert.ok(shown[0]! > 20 * shown[1]!, `${shown}`);
  });

  await t.test('a drawn 1 is a 1 to both networks, with probabilities that sum up to 1', async () => {
    await draw(page, [[0.55, 0.15], [0.5, 0.5], [0.45, 0.85]]);
    await bothSay(page, 1);
    const widths = await page.locator('.bar .fill').evaluateAll((bars) => bars.map((bar) => Number.parseFloat((bar as HTMLElement).style.width)));
    assert.equal(widths.length, 20);
    for (const ten of [widths.slice(0, 10), widths.slice(10)]) {
      assert.ok(Math.abs(ten.reduce((sum, width) => sum + width, 0) - 100) < 0.01, `${ten}`);
      assert.equal(ten.indexOf(Math.max(...ten)), 1);
    }
    for (const time of await page.locator('dt:text("median") + dd').allTextContents()) assert.match(time, /^\d+\.\d ms$/);
  });

  await t.test('Escape and the button clear', async () => {
    await page.keyboard.press('Escape');
    await page.locator('.answer strong').first().waitFor({ state: 'detached' });
    await draw(page, [[0.3, 0.2], [0.7, 0.2], [0.45, 0.85]]);
    await bothSay(page, 7);
    await page.locator('#clear').focus();
    await page.keyboard.press('Enter');
    await page.locator('.answer strong').first().waitFor({ state: 'detached' });
  });

  await t.test('each layer has its spectrum and three pictures', async () => {
    const layers = await page.locator('#choice label').allTextContents();
    assert.deepEqual(layers, ['hidden 1 · 784 × 128', 'hidden 2 · 128 × 128', 'output · 128 × 10']);
    for (const [i, kept] of [12, 12, 10].entries()) {
      await page.locator('#choice input').nth(i).focus();
      await page.keyboard.press('Space');
      assert.equal(await page.locator('#spectrum > circle.dense').count() - 1, kept, layers[i]);
      const colours = await page.locator('#pictures canvas').evaluateAll((canvases) => canvases.map((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
        return new Set(new Uint32Array(data.buffer)).size;
      }));
      assert.equal(colours.length, i === 0 ? 6 : 3);
      for (const count of colours) assert.ok(count > 50, `${layers[i]}: ${colours}`);
    }
  });

  await t.test('nothing is asked of another machine, and nothing complained about', () => {
    assert.deepEqual(requests.filter((url) => !url.startsWith(address) && !url.startsWith('data:')), []);
    assert.ok(requests.length > 10);
    assert.deepEqual(complaints, []);
  });

  await t.test('Ctrl-C ends the process and frees the port', async () => {
    assert.equal(await demo.stop(), 130);
    await assert.rejects(fetch(address));
  });
});
