import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { DataFileError, DownloadError, loadMnist, syntheticDigits, type DownloadProgress, type Mnist } from '../../src/data';
import { mnistFiles } from '../../src/data/mnist-files';
import { cellHostKey } from '../../src/cell-host';
import { gzip, read, sha256 } from './bytes';
import { answers, closedAddress, dropsHalfway, sends, startMirror, stallsHalfway, type Handler } from './mirror-server';
import { tempFolder, type TestScope } from './temp-folder';

const given = process.env.MNIST_DIR;
const names = Object.values(mnistFiles()).map(({ name }) => name);

// Each test names its own folders: neither the user's cache nor MNIST_DIR takes part unless it says so.
let warnings: string[];
const { warn } = console;
beforeEach(() => {
  delete process.env.MNIST_DIR;
  warnings = [];
  console.warn = (message: string) => void warnings.push(message);
});
afterEach(() => {
  console.warn = warn;
  delete process.env.LOWRANK_CACHE;
  if (given === undefined) delete process.env.MNIST_DIR;
  else process.env.MNIST_DIR = given;
});

test('the mirrors are asked over https for each file by its name', () => {
  const { trainImages } = mnistFiles();
  assert.equal(trainImages.urls.length, 2);
  for (const url of trainImages.urls) assert.match(url, /^https:\/\/.*\/mnist\/train-images-idx3-ubyte\.gz$/);
  assert.deepEqual(mnistFiles(['http://a/b', 'http://c/']).testLabels.urls, [
    'http://a/b/t10k-labels-idx1-ubyte.gz',
    'http://c/t10k-labels-idx1-ubyte.gz',
  ]);
});

describe('without MNIST', () => {
  test('synthetic digits stand in where nothing answers: with a banner on all of them, and aloud', async (t) => {
    const address = await closedAddress();
    const cacheDirectory = tempFolder(t);
    const mnist = await loadMnist({ cacheDirectory, mirrors: [address, address] });
    assert.equal(mnist.source, 'synthetic');
    for (const { banner } of [mnist, mnist.train, mnist.test]) assert.match(banner!, /^Synthetic digits, not MNIST/);
    assert.deepEqual([mnist.train.images.shape, mnist.test.images.shape], [[60_000, 28, 28], [10_000, 28, 28]]);
    assert.deepEqual(mnist.test, syntheticDigits(10_000, 1));
    assert.equal(warnings.length, 1);
    for (const part of [mnist.banner!, address, 'ECONNREFUSED', 'MNIST_DIR']) assert.ok(warnings[0].includes(part), part);
    assert.deepEqual(readdirSync(join(cacheDirectory, 'mnist')), []);
  });

  test('synthetic digits can be refused', async (t) => {
    const options = { cacheDirectory: tempFolder(t), mirrors: [await closedAddress()], allowSynthetic: false };
    await assert.rejects(loadMnist(options), (error) => {
      assert.ok(error instanceof DownloadError);
      assert.match(error.message, /train-images-idx3-ubyte could not be downloaded[^]*ECONNREFUSED[^]*set MNIST_DIR/);
      return true;
    });
  });

  test('they stand in, too, where nothing may be downloaded: no mirror is asked', async (t) => {
    const cacheDirectory = join(tempFolder(t), 'cache');
    const mirror = await startMirror(t, answers(404));
    const options = { cacheDirectory, mirrors: [mirror.url], download: false };
    assert.equal((await loadMnist(options)).source, 'synthetic');
    assert.match(warnings[0], /train-images-idx3-ubyte[^]*it was not asked, as download is false[^]*set MNIST_DIR/);
    await assert.rejects(loadMnist({ ...options, allowSynthetic: false }), { name: 'DownloadError' });
    assert.deepEqual([mirror.requests, existsSync(cacheDirectory)], [[], false]);
  });

  test('a mirror that delivers a wrong file is an error that names the file, and nothing is cached', async (t) => {
    const page = await startMirror(t, sends(new TextEncoder().encode('<html>Log in first</html>')));
    const cacheDirectory = tempFolder(t);
    await assert.rejects(loadMnist({ cacheDirectory, mirrors: [page.url, await closedAddress()] }), {
      name: 'DownloadError',
      kind: 'not downloaded',
      message: /train-images-idx3-ubyte could not be downloaded[^]*no gzip file[^]*set MNIST_DIR/,
    });
    assert.deepEqual(readdirSync(join(cacheDirectory, 'mnist')), []);
  });

  test('MNIST_DIR with a missing file is an error that names it; no other place is tried', async (t) => {
    const folder = tempFolder(t);
    const mirror = await startMirror(t, answers(404));
    const options = { cacheDirectory: tempFolder(t), mirrors: [mirror.url] };
    const path = join(folder, 'train-images-idx3-ubyte');
    const expected = (named: string) => ({
      name: 'DataFileError',
      kind: 'missing',
      message:
        `${named}: there is no ${path}, nor ${path}.gz. Put the published file there ` +
        `(${mirror.url}train-images-idx3-ubyte.gz), or leave ${named} unset to have it downloaded.`,
    });
    process.env.MNIST_DIR = folder;
    await assert.rejects(loadMnist(options), expected('MNIST_DIR'));
    delete process.env.MNIST_DIR;
    await assert.rejects(loadMnist({ ...options, directory: folder }), expected('directory'));
    await assert.rejects(loadMnist({ ...options, directory: join(folder, 'nowhere') }), { kind: 'missing' });
    assert.deepEqual([mirror.requests, warnings], [[], []]);
  });

  test('the interrupt of the running cell ends a download', async (t) => {
    const interrupt = new AbortController();
    const mirror = await startMirror(t, (request, response) => {
      stallsHalfway(new Uint8Array(1000))(request, response);
      interrupt.abort(new Error('interrupted'));
    });
    const scope = globalThis as { [cellHostKey]?: unknown };
    scope[cellHostKey] = { signal: interrupt.signal, display() {} };
    t.after(() => delete scope[cellHostKey]);
    const cacheDirectory = tempFolder(t);
    await assert.rejects(loadMnist({ cacheDirectory, mirrors: [mirror.url] }), { message: 'interrupted' });
    assert.deepEqual(readdirSync(join(cacheDirectory, 'mnist')), []);
  });

  test('a cache that cannot be used is an error that says how to choose another', async (t) => {
    const file = join(tempFolder(t), 'file');
    writeFileSync(file, '');
    const options = { cacheDirectory: file, mirrors: [await closedAddress()] };
    await assert.rejects(loadMnist(options), { kind: 'inaccessible', message: /cannot be written.*Set LOWRANK_CACHE/ });
  });
});

const without = !given && 'MNIST_DIR is not set: nothing is checked against the real files';
if (without && process.env.CI === 'true') test('MNIST is there', () => assert.fail(without));

describe('with MNIST', { skip: without }, () => {
  const original = (name: string) => [join(given!, name), join(given!, `${name}.gz`)].find(existsSync)!;
  const plain = (name: string) => {
    const bytes = read(original(name));
    return original(name).endsWith('.gz') ? Uint8Array.from(gunzipSync(bytes)) : bytes;
  };
  const compressed = new Map<string, Uint8Array>();
  const packed = (name: string) => {
    if (!compressed.has(name)) compressed.set(name, original(name).endsWith('.gz') ? read(original(name)) : gzip(plain(name)));
    return compressed.get(name)!;
  };
  /** A folder with links to the four files. */
  const folderOfLinks = (t: TestScope) => {
    const folder = tempFolder(t);
    for (const name of names) symlinkSync(original(name), join(folder, basename(original(name))));
    return folder;
  };
  const replace = (folder: string, name: string, as: string, bytes: Uint8Array) => {
    renameSync(join(folder, basename(original(name))), join(folder, `${name}.away`));
    writeFileSync(join(folder, as), bytes);
  };
  const serves: Handler = (request, response) => sends(packed(basename(request.url!, '.gz')))(request, response);
  const servesBut =
    (name: string, instead: Handler): Handler =>
    (request, response) =>
      (request.url === `/${name}.gz` ? instead : serves)(request, response);

  function assertIsMnist({ train, test: held, classNames, banner }: Mnist): void {
    assert.deepEqual([train.images.shape, held.images.shape], [[60_000, 28, 28], [10_000, 28, 28]]);
    assert.deepEqual([train.images.data.length, held.images.data.length], [47_040_000, 7_840_000]);
    assert.deepEqual([train.labels.length, held.labels.length], [60_000, 10_000]);
    assert.deepEqual([...train.labels.subarray(0, 10)], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert.deepEqual([...held.labels.subarray(0, 10)], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    // The mean pixel of the training set, in [0, 1], as torchvision's examples normalise with it.
    assert.equal((train.images.data.reduce((sum, pixel) => sum + pixel, 0) / 255 / 47_040_000).toFixed(4), '0.1307');
    assert.deepEqual(classNames, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    assert.equal(banner, undefined);
  }

  test('MNIST_DIR is where it comes from, and nothing else is touched', async (t) => {
    process.env.MNIST_DIR = given;
    process.env.LOWRANK_CACHE = join(tempFolder(t), 'cache');
    const mirror = await startMirror(t, serves);
    const mnist = await loadMnist({ mirrors: [mirror.url] });
    assertIsMnist(mnist);
    assert.equal(mnist.source, 'MNIST_DIR');
    assert.deepEqual([mirror.requests, existsSync(process.env.LOWRANK_CACHE)], [[], false]);
  });

  test('its files may be compressed or not, and a named directory goes before MNIST_DIR', async (t) => {
    const folder = folderOfLinks(t);
    replace(folder, 't10k-images-idx3-ubyte', 't10k-images-idx3-ubyte', plain('t10k-images-idx3-ubyte'));
    replace(folder, 't10k-labels-idx1-ubyte', 't10k-labels-idx1-ubyte.gz', gzip(plain('t10k-labels-idx1-ubyte')));
    process.env.MNIST_DIR = tempFolder(t);
    const mnist = await loadMnist({ directory: folder });
    assertIsMnist(mnist);
    assert.equal(mnist.source, 'directory');
  });

  const labels = 't10k-labels-idx1-ubyte';
  for (const [fault, as, bytes, message] of [
    ['truncated', labels, () => plain(labels).subarray(0, 9000), /truncated, or another file: 9000 bytes.*expected 10008/],
    ['truncated, compressed', `${labels}.gz`, () => packed(labels).subarray(0, 3000), /truncated: its gzip data end early/],
    ['corrupt', labels, () => plain(labels).fill(3, 5000, 5010), /its SHA-256 is [0-9a-f]{64}, expected ff7bcfd4/],
    ['corrupt, compressed', `${labels}.gz`, () => packed(labels).slice().fill(0, 2000, 2100), /corrupt/],
    ['empty', labels, () => new Uint8Array(), /truncated, or another file: 0 bytes/],
    ['no gzip file', `${labels}.gz`, () => plain(labels), /no gzip file/],
    ['too long, compressed', `${labels}.gz`, () => gzip(new Uint8Array(20_000)), /too long.*at least 10009 bytes.*10008/],
    ['another of the four', labels, () => plain('train-labels-idx1-ubyte'), /it holds train-labels-idx1-ubyte/],
    ['another of the four, compressed', `${labels}.gz`, () => packed('train-labels-idx1-ubyte'), /too long, or another/],
  ] as const) {
    test(`a file of MNIST_DIR that is ${fault} is refused, by name`, async (t) => {
      const folder = folderOfLinks(t);
      replace(folder, labels, as, bytes());
      process.env.MNIST_DIR = folder;
      const mirror = await startMirror(t, serves);
      await assert.rejects(loadMnist({ cacheDirectory: tempFolder(t), mirrors: [mirror.url] }), (error) => {
        assert.ok(error instanceof DataFileError);
        assert.deepEqual([error.kind, error.file], ['wrong', join(folder, as)]);
        assert.match(error.message, message);
        assert.ok(error.message.startsWith(`MNIST_DIR: ${join(folder, as)} is not the published ${labels}: `));
        assert.match(error.message, /Put the published file there .* or leave MNIST_DIR unset/);
        return true;
      });
      assert.deepEqual(mirror.requests, []);
    });
  }

  test('it is downloaded once: then the cache has it, and no mirror is asked', async (t) => {
    process.env.LOWRANK_CACHE = tempFolder(t);
    const mirror = await startMirror(t, serves);
    const progress: DownloadProgress[] = [];
    const downloaded = await loadMnist({ mirrors: [mirror.url], onProgress: (report) => void progress.push(report) });
    assertIsMnist(downloaded);
    assert.equal(downloaded.source, 'download');
    assert.deepEqual(mirror.requests, names.map((name) => `/${name}.gz`));
    assert.deepEqual(readdirSync(join(process.env.LOWRANK_CACHE, 'mnist')).sort(), [...names].sort());

    const total = 47_040_016 + 60_008 + 7_840_016 + 10_008;
    assert.ok(progress.every((report, i) => report.total === total && report.bytes > (progress[i - 1]?.bytes ?? 0)));
    assert.equal(progress.at(-1)!.bytes, total);
    assert.deepEqual([...new Set(progress.map(({ file }) => file))], names);

    const reports = progress.length;
    const cached = await loadMnist({ mirrors: [mirror.url], onProgress: (report) => void progress.push(report) });
    assert.equal(cached.source, 'cache');
    assert.deepEqual([mirror.requests.length, progress.length, warnings], [4, reports, []]);
    assert.equal(sha256(cached.train.images.data), sha256(downloaded.train.images.data));
  });

  test('a wrong file in the cache is removed, aloud, and downloaded anew; the others stay', async (t) => {
    const cacheDirectory = tempFolder(t);
    const folder = join(cacheDirectory, 'mnist');
    mkdirSync(folder);
    for (const name of names) copyFileSync(original(name), join(folder, basename(original(name))));
    writeFileSync(join(folder, labels), plain(labels).subarray(0, 100));
    writeFileSync(join(folder, `${labels}.gz`), packed(labels).subarray(0, 100));
    const mirror = await startMirror(t, serves);
    const options = { cacheDirectory, mirrors: [mirror.url] };

    const mnist = await loadMnist(options);
    assertIsMnist(mnist);
    assert.equal(mnist.source, 'download');
    assert.deepEqual(mirror.requests, [`/${labels}.gz`]);
    assert.ok(warnings.some((warning) => warning.includes(join(folder, labels)) && warning.includes('truncated')));
    assert.deepEqual(readFileSync(join(folder, labels)).length, 10_008);
    assert.equal((await loadMnist(options)).source, 'cache');
  });

  test('a mirror that fails halfway through the set is followed by the next, file by file', async (t) => {
    const drops = await startMirror(t, servesBut('train-labels-idx1-ubyte', dropsHalfway(packed('train-labels-idx1-ubyte'))));
    const wrong = await startMirror(t, servesBut(labels, sends(packed('train-labels-idx1-ubyte'))));
    const mnist = await loadMnist({ cacheDirectory: tempFolder(t), mirrors: [drops.url, wrong.url] });
    assertIsMnist(mnist);
    assert.deepEqual(wrong.requests, ['/train-labels-idx1-ubyte.gz']);
    assert.deepEqual(warnings, []);
  });

  test('loads at once all succeed, and leave the four files alone in the cache', async (t) => {
    const cacheDirectory = tempFolder(t);
    const mirror = await startMirror(t, serves);
    const loads = [1, 2, 3].map(() => loadMnist({ cacheDirectory, mirrors: [mirror.url] }));
    for (const mnist of await Promise.all(loads)) assertIsMnist(mnist);
    assert.deepEqual(readdirSync(join(cacheDirectory, 'mnist')).sort(), [...names].sort());
  });

  test('files in the cache are used without a network', async (t) => {
    const cacheDirectory = tempFolder(t);
    mkdirSync(join(cacheDirectory, 'mnist'));
    for (const name of names) copyFileSync(original(name), join(cacheDirectory, 'mnist', basename(original(name))));
    const mnist = await loadMnist({ cacheDirectory, mirrors: [await closedAddress()], allowSynthetic: false });
    assert.equal(mnist.source, 'cache');
  });
});

