import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { mnistImage, side } from '../../kernel-setup/demo/page/mnist-image';
import { serve } from '../../kernel-setup/demo/serve';
import { loadMnist } from '../../src';
import { temporaryFolder } from './bootstrap-support';

/** A picture of `size` × `size` pixels with ink where `isInk` says. */
function picture(size: number, isInk: (x: number, y: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: size * size }, (_, i) => (isInk(i % size, Math.floor(i / size)) ? 255 : 0));
}

/** An image's extent in columns and rows, and its centre of mass from the upper left corner. */
function measured(image: Float32Array): { columns: number; rows: number; x: number; y: number } {
  const inked = Array.from(image, (value, i) => ({ value, x: i % side, y: Math.floor(i / side) })).filter(({ value }) => value > 0);
  const mass = inked.reduce((sum, { value }) => sum + value, 0);
  const extent = (values: number[]) => Math.max(...values) - Math.min(...values) + 1;
  return {
    columns: extent(inked.map(({ x }) => x)),
    rows: extent(inked.map(({ y }) => y)),
    x: inked.reduce((sum, { value, x }) => sum + value * (x + 0.5), 0) / mass,
    y: inked.reduce((sum, { value, y }) => sum + value * (y + 0.5), 0) / mass,
  };
}

describe("a drawing as MNIST's digits are", () => {
  test('is 20 pixels high or wide, keeps its aspect ratio, and has its centre of mass in the middle pixel', () => {
    const wedge = (x: number, y: number) => x >= 30 && x < 70 && y >= 120 && y < 240 && x - 30 < (y - 120) / 3;
    const { columns, rows, x, y } = measured(mnistImage(picture(280, wedge), 280, 280)!);
    assert.deepEqual([columns, rows], [7, 20]);
    assert.deepEqual([Math.floor(x), Math.floor(y)], [14, 14]);
  });

  test('is the same wherever and however large it was drawn', () => {
    const cross = (scale: number, left: number, top: number) => picture(280, (x, y) => {
      const [column, row] = [Math.floor((x - left) / scale), Math.floor((y - top) / scale)];
      return column >= 0 && column < 40 && row >= 0 && row < 40 && (Math.abs(column - 19.5) < 4 || Math.abs(row - 10) < 4);
    });
    const expected = mnistImage(cross(2, 10, 20), 280, 280)!;
    for (const other of [cross(2, 150, 90), cross(4, 0, 100), cross(1, 33, 77)]) {
      mnistImage(other, 280, 280)!.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-6, `pixel ${i}`));
    }
  });

  test('has its darkest pixel at 1, also where the strokes are thin', () => {
    assert.equal(Math.max(...mnistImage(picture(280, (x, y) => x === y && x > 20), 280, 280)!), 1);
  });

  test('is nothing without ink, and a blot in the middle of one point', () => {
    assert.equal(mnistImage(new Uint8Array(100), 10, 10), undefined);
    const { columns, rows } = measured(mnistImage(picture(10, (x, y) => x === 2 && y === 7), 10, 10)!);
    assert.deepEqual([columns, rows], [20, 20]);
  });

  test('of a digit of MNIST, drawn ten times as large and aside, is this digit', async (t) => {
    const { test: digits, banner } = await loadMnist({ download: false });
    if (banner !== undefined) return t.skip('MNIST is not here');
    const size = side * side;
    for (let n = 0; n < 50; n++) {
      const pixels = digits.images.data.subarray(n * size, (n + 1) * size);
      const large = new Uint8Array(400 * 400);
      for (let y = 0; y < 280; y++) for (let x = 0; x < 280; x++) large[(y + 90) * 400 + x + 25] = pixels[Math.floor(y / 10) * side + Math.floor(x / 10)]!;
      const image = mnistImage(large, 400, 400)!;
      const difference = image.reduce((sum, value, i) => sum + Math.abs(value - pixels[i]! / 255), 0) / image.reduce((sum, value) => sum + value, 0);
      assert.ok(difference < 0.02, `image ${n}: ${difference}`);
    }
  });
});

describe("the page's server", () => {
  async function started(t: TestContext): Promise<{ url: string; folder: string }> {
    const folder = join(temporaryFolder(t), 'page');
    mkdirSync(join(folder, 'models'), { recursive: true });
    writeFileSync(join(folder, 'index.html'), '<p>page</p>');
    writeFileSync(join(folder, 'models', 'a.bin'), 'abc');
    writeFileSync(join(folder, '..', 'secret'), 'secret');
    const { server, url } = await serve(folder, 0);
    t.after(() => server.close());
    return { url, folder };
  }

  test('gives files with their types, and lets the page ask nothing of other machines', async (t) => {
    const { url } = await started(t);
    const page = await fetch(url);
    assert.equal(await page.text(), '<p>page</p>');
    assert.match(page.headers.get('content-type')!, /^text\/html/);
    assert.match(page.headers.get('content-security-policy')!, /default-src 'none';.*connect-src 'self'/);
    const weights = await fetch(new URL('models/a.bin', url));
    assert.equal(weights.headers.get('content-length'), '3');
    assert.equal(await weights.text(), 'abc');
    assert.equal((await fetch(url, { method: 'HEAD' })).headers.get('content-length'), '11');
  });

  test('refuses what is not in the folder, and whatever is no question', async (t) => {
    const { url } = await started(t);
    for (const path of ['none', 'models', 'models/', '%', '..%2Fsecret', 'models%2F..%2F..%2Fsecret']) assert.equal((await fetch(url + path)).status, 404, path);
    // fetch would take the dots out.
    const status = await new Promise((resolve, reject) => {
      request(new URL(url), { path: '/../secret' }, (response) => resolve(response.resume().statusCode)).on('error', reject).end();
    });
    assert.equal(status, 404);
    assert.equal((await fetch(url, { method: 'POST' })).status, 405);
  });

  test('says that a port is taken', async (t) => {
    const { url, folder } = await started(t);
    await assert.rejects(serve(folder, Number(new URL(url).port)), /EADDRINUSE/);
  });
});
