import { chromium, type BrowserContext, type Page } from 'playwright-core';
import type { Workplace } from './workplace';

const options = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** What JupyterLab itself throws now and then when it starts a kernel again. */
const jupyterLabsOwn = /^Canceled future for \w+ message before replies were done$/;

/** A browser without a window, with a fresh profile, which keeps account of its pages. */
export class Chromium {
  /** What the pages wrote to the console as an error, or threw and did not catch. */
  readonly complaints: string[] = [];
  /** Addresses that a page asked for. */
  readonly requests: string[] = [];

  private constructor(private readonly context: BrowserContext) {
    context.on('request', (request) => this.requests.push(request.url()));
    context.on('page', (page) => this.watch(page));
    for (const page of context.pages()) this.watch(page);
  }

  static async start(path: string, { browser }: Pick<Workplace, 'browser'>): Promise<Chromium> {
    const context = await chromium.launchPersistentContext(browser, {
      executablePath: path,
      headless: true,
      args: options,
      viewport: { width: 1280, height: 900 },
    });
    return new Chromium(context);
  }

  newPage(): Promise<Page> {
    return this.context.newPage();
  }

  pages(): Page[] {
    return this.context.pages();
  }

  /** The requests to other machines. */
  requestsElsewhere(): string[] {
    return this.requests.filter((url) => !/^(data|blob|about):/.test(url) && !['localhost', '127.0.0.1'].includes(new URL(url).hostname));
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  private watch(page: Page): void {
    page.on('websocket', (socket) => this.requests.push(socket.url()));
    page.on('pageerror', (error) => {
      if (!jupyterLabsOwn.test(error.message)) this.complaints.push(`uncaught ${error.stack ?? error.message}`);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} (${message.location().url})`);
    });
  }
}
