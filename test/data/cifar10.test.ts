import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { cellHostKey } from '../../src/cell-host';
import {
  DataFileError,
  DownloadError,
  flatten,
  loadCifar10,
  oneHot,
  scale,
  syntheticPictures,
  take,
  trainTestSplit,
  type Cifar10,
  type DownloadProgress,
} from '../../src/data';
import { loadCifar10Files } from '../../src/data/cifar10';
import { cifar10Files, type Cifar10Files } from '../../src/data/cifar10-files';
import { concat, gzip, read, sha256 } from './bytes';
import { answers, closedAddress, dropsHalfway, sends, startMirror, stallsHalfway } from './mirror-server';
import { tarOf } from './tar-archive';
import { tempFolder, type TestScope } from './temp-folder';

const given = process.env.CIFAR10_DIR;

// Each test names its own folders: neither the user's cache nor CIFAR10_DIR takes part unless it says so.
let warnings: string[];
const { warn } = console;
beforeEach(() => {
  delete process.env.CIFAR10_DIR;
  warnings = [];
  console.warn = (message: string) => void warnings.push(message);
});
afterEach(() => {
  console.warn = warn;
  delete process.env.LOWRANK_CACHE;
  if (given === undefined) delete process.env.CIFAR10_DIR;
  else process.env.CIFAR10_DIR = given;
});

// A set of our own for the published one: two images a batch, the label of each, and one value for each of its planes.
const names = cifar10Files().batches.map(({ name }) => name);
const image = (label: number, red: number, green: number, blue: number) =>
  concat(Uint8Array.of(label), plane(() => red), plane(() => green), plane(() => blue));
const contents = Object.fromEntries(
  names.map((name, batch) => [name, concat(image(batch, 10 * batch, 1, 2), image(9, 10 * batch + 5, 3, 4))]),
);
const archive = gzip(
  tarOf({
    'cifar-10-batches-bin/batches.meta.txt': new TextEncoder().encode('airplane\n'),
    ...Object.fromEntries([...names].reverse().map((name) => [`cifar-10-batches-bin/${name}`, contents[name]])),
  }),
);
const half = archive.subarray(0, archive.length >> 1);
const archiveName = 'cifar-10-binary.tar.gz';

function filesFrom(...mirrors: string[]): Cifar10Files {
  const { archive: published, batches } = cifar10Files(mirrors);
  return {
    archive: { ...published, bytes: archive.length, sha256: sha256(archive) },
    batches: batches.map((file) => ({ ...file, bytes: contents[file.name].length, sha256: sha256(contents[file.name]) })),
  };
}

function plane(value: (row: number, column: number) => number): Uint8Array {
  return Uint8Array.from({ length: 1024 }, (_, i) => value(i >> 5, i & 31));
}

function assertIsWhole({ train, test: held, classNames, banner }: Cifar10): void {
  assert.deepEqual([train.images.shape, held.images.shape], [[10, 32, 32, 3], [2, 32, 32, 3]]);
  assert.deepEqual([...train.labels], [0, 9, 1, 9, 2, 9, 3, 9, 4, 9]);
  assert.deepEqual([...held.labels], [5, 9]);
  const firstPixels = (data: Uint8Array) => Array.from({ length: data.length / 3072 }, (_, i) => data[3072 * i]);
  assert.deepEqual(firstPixels(train.images.data), [0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
  assert.deepEqual(firstPixels(held.images.data), [50, 55]);
  assert.deepEqual([classNames[0], classNames[9], classNames.length], ['airplane', 'truck', 10]);
  assert.deepEqual([banner, train.banner, held.banner], [undefined, undefined, undefined]);
}

function assertIsSynthetic({ train, test: held, classNames, source, banner }: Cifar10): void {
  assert.equal(source, 'synthetic');
  assert.match(banner!, /^Synthetic pictures, not CIFAR-10/);
  assert.deepEqual([train.banner, held.banner], [banner, banner]);
  assert.deepEqual([train.images.shape, held.images.shape], [[10_000, 32, 32, 3], [2_000, 32, 32, 3]]);
  assert.deepEqual(held, syntheticPictures(2_000, 1));
  assert.notDeepEqual(train.images.data.subarray(0, 3072), held.images.data.subarray(0, 3072));
  assert.deepEqual([classNames[0], classNames[9], classNames.length], ['disc', 'checkerboard', 10]);
}

/** A cache that has these bytes for the archive. */
function cacheWith(t: TestScope, bytes: Uint8Array): string {
  const cacheDirectory = tempFolder(t);
  mkdirSync(join(cacheDirectory, 'cifar10'));
  writeFileSync(join(cacheDirectory, 'cifar10', archiveName), bytes);
  return cacheDirectory;
}

/** A folder with these files. */
function folderWith(t: TestScope, files: Readonly<Record<string, Uint8Array>>): string {
  const folder = tempFolder(t);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** `contents` with some files put in the place of others; `undefined` leaves one out. */
function contentsWith(changes: Readonly<Record<string, Uint8Array | undefined>>): Record<string, Uint8Array> {
  const entries = Object.entries({ ...contents, ...changes });
  return Object.fromEntries(entries.filter((entry): entry is [string, Uint8Array] => entry[1] !== undefined));
}

test('the mirrors are asked over https for the archive by its name', () => {
  const { archive: file, batches } = cifar10Files();
  assert.ok(file.urls.length > 1);
  for (const url of file.urls) assert.match(url, /^https:\/\/.*\/cifar-10-binary\.tar\.gz$/);
  assert.deepEqual(cifar10Files(['http://a/b', 'http://c/']).archive.urls, [
    'http://a/b/cifar-10-binary.tar.gz',
    'http://c/cifar-10-binary.tar.gz',
  ]);
  assert.deepEqual(batches.map(({ bytes }) => bytes), Array(6).fill(10_000 * 3073));
});

test('the colours of a pixel lie side by side, row by row', async (t) => {
  const red = (row: number, column: number) => 7 * row + column;
  const green = (row: number, column: number) => 255 - 3 * row - 4 * column;
  const blue = (row: number, column: number) => (31 * row + 57 * column) % 256;
  const made = concat(Uint8Array.of(6), plane(red), plane(green), plane(blue));
  const folder = folderWith(t, { 'data_batch_2.bin': concat(image(0, 0, 0, 0), made), 'test_batch.bin': made });
  const { train, test: held } = await loadCifar10({ directory: folder, unverified: true });
  assert.deepEqual([train.labels, held.labels], [Uint8Array.of(0, 6), Uint8Array.of(6)]);
  for (const pixels of [train.images.data.subarray(3072), held.images.data]) {
    for (let row = 0; row < 32; row++) {
      for (let column = 0; column < 32; column++) {
        const at = 3 * (32 * row + column);
        const expected = [red(row, column), green(row, column), blue(row, column)];
        assert.deepEqual([...pixels.subarray(at, at + 3)], expected, `row ${row}, column ${column}`);
      }
    }
  }
});

test('coloured images can be taken, split, flattened and scaled', async (t) => {
  const { train } = await loadCifar10Files(filesFrom(), { directory: folderWith(t, contents) });
  const first = take(train, 3);
  assert.deepEqual([first.images.shape, [...first.labels]], [[3, 32, 32, 3], [0, 9, 1]]);
  assert.deepEqual(first.images.data, train.images.data.subarray(0, 3 * 3072));
  const { train: rest, test: held } = trainTestSplit(train, { testSize: 4, randomState: 1 });
  assert.deepEqual([rest.images.shape, held.images.shape], [[6, 32, 32, 3], [4, 32, 32, 3]]);
  held.labels.forEach((label, i) => {
    const value = held.images.data[3072 * i];
    assert.equal(label, value % 10 === 5 ? 9 : value / 10);
  });
  assert.deepEqual(flatten(first.images).shape, [3, 3072]);
  const scaled = scale(first.images);
  assert.deepEqual([scaled.shape, [...scaled.data.subarray(2 * 3072, 2 * 3072 + 3)]], [[3, 32, 32, 3], [10 / 255, 1 / 255, 2 / 255]]);
  assert.deepEqual(oneHot(first.labels, 10).shape, [3, 10]);
});

describe('without a folder', () => {
  test('the archive is downloaded once: then the cache has it, and no mirror is asked', async (t) => {
    process.env.LOWRANK_CACHE = tempFolder(t);
    const mirror = await startMirror(t, sends(archive));
    const files = filesFrom(mirror.url);
    const progress: DownloadProgress[] = [];
    const downloaded = await loadCifar10Files(files, { onProgress: (report) => void progress.push(report) });
    assertIsWhole(downloaded);
    assert.equal(downloaded.source, 'download');
    assert.deepEqual(progress.at(-1), { file: archiveName, bytes: archive.length, total: archive.length });
    assert.deepEqual(readdirSync(join(process.env.LOWRANK_CACHE, 'cifar10')), [archiveName]);
    const cached = await loadCifar10Files(files);
    assertIsWhole(cached);
    assert.equal(cached.source, 'cache');
    assert.deepEqual([mirror.requests, warnings], [[`/${archiveName}`], []]);
  });

  test('a wrong archive in the cache is removed, aloud, and downloaded anew', async (t) => {
    const cacheDirectory = cacheWith(t, half);
    const path = join(cacheDirectory, 'cifar10', archiveName);
    const mirror = await startMirror(t, sends(archive));
    const cifar10 = await loadCifar10Files(filesFrom(mirror.url), { cacheDirectory, unverified: true });
    assertIsWhole(cifar10);
    assert.equal(cifar10.source, 'download');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /is not the published cifar-10-binary\.tar\.gz: it is truncated.* \d+ bytes, expected \d+\./);
    assert.deepEqual(read(path), archive);
  });

  const corrupt = archive.slice();
  corrupt[archive.length >> 1] ^= 1;
  for (const [fault, handler, reason, wrong] of [
    ['a truncated archive', sends(half), /truncated, or another file: \d+ bytes, expected/, true],
    ['a corrupt archive', sends(corrupt), /it is corrupt: its SHA-256 is/, true],
    ['a page', sends(new TextEncoder().encode('<html>Log in first</html>')), /another file: 25 bytes/, true],
    ['an error', answers(503), /it answered 503/, false],
    ['half an archive', dropsHalfway(archive), /terminated/, false],
  ] as const) {
    test(`a mirror that sends ${fault} is followed by the next, and nothing wrong is cached`, async (t) => {
      const [bad, good] = [await startMirror(t, handler), await startMirror(t, sends(archive))];
      const cacheDirectory = tempFolder(t);
      await assert.rejects(loadCifar10Files(filesFrom(bad.url), { cacheDirectory, allowSynthetic: wrong }), (error) => {
        assert.ok(error instanceof DownloadError);
        assert.deepEqual([error.file, error.kind], [archiveName, 'not downloaded']);
        assert.match(error.mirrors[0].reason, reason);
        assert.equal(error.mirrors[0].deliveredWrongFile, wrong);
        return true;
      });
      assert.deepEqual(readdirSync(join(cacheDirectory, 'cifar10')), []);
      assertIsWhole(await loadCifar10Files(filesFrom(bad.url, good.url), { cacheDirectory }));
      assert.equal(bad.requests.length, 2);
    });
  }

  test('synthetic pictures stand in where nothing answers: with a banner on all of them, and aloud', async (t) => {
    const address = await closedAddress();
    const cacheDirectory = tempFolder(t);
    const cifar10 = await loadCifar10({ cacheDirectory, mirrors: [address], unverified: true, label: 'A copy' });
    assertIsSynthetic(cifar10);
    assert.equal(warnings.length, 1);
    for (const part of [cifar10.banner!, address, 'ECONNREFUSED', 'CIFAR10_DIR']) assert.ok(warnings[0].includes(part), part);
    assert.deepEqual(readdirSync(join(cacheDirectory, 'cifar10')), []);
  });

  test('synthetic pictures can be refused: the error says what to do', async (t) => {
    const options = { cacheDirectory: tempFolder(t), mirrors: [await closedAddress()], unverified: true, allowSynthetic: false };
    await assert.rejects(loadCifar10(options), {
      name: 'DownloadError',
      message: /^cifar-10-binary\.tar\.gz could not be downloaded[^]*ECONNREFUSED[^]*\nPut cifar-10-binary\.tar\.gz .* set CIFAR10_DIR/,
    });
    assert.deepEqual(warnings, []);
  });

  test('nothing stands in after a wrong file, whatever the other mirrors do', async (t) => {
    const page = await startMirror(t, sends(new TextEncoder().encode('<html>Log in first</html>')));
    for (const mirrors of [[page.url, await closedAddress()], [await closedAddress(), page.url]]) {
      await assert.rejects(loadCifar10({ cacheDirectory: tempFolder(t), mirrors }), {
        name: 'DownloadError',
        message: /another file: 25 bytes[^]*set CIFAR10_DIR/,
      });
    }
    assert.deepEqual(warnings, []);
  });

  test('the interrupt of the running cell ends a download', async (t) => {
    const interrupt = new AbortController();
    const mirror = await startMirror(t, (request, response) => {
      stallsHalfway(archive)(request, response);
      interrupt.abort(new Error('interrupted'));
    });
    const scope = globalThis as { [cellHostKey]?: unknown };
    scope[cellHostKey] = { signal: interrupt.signal, display() {} };
    t.after(() => delete scope[cellHostKey]);
    const cacheDirectory = tempFolder(t);
    await assert.rejects(loadCifar10({ cacheDirectory, mirrors: [mirror.url] }), { message: 'interrupted' });
    assert.deepEqual(readdirSync(join(cacheDirectory, 'cifar10')), []);
  });

  test('a cache that cannot be used is an error that says how to choose another', async (t) => {
    const cacheDirectory = join(folderWith(t, { file: new Uint8Array() }), 'file');
    const options = { cacheDirectory, mirrors: [await closedAddress()] };
    await assert.rejects(loadCifar10(options), { kind: 'inaccessible', message: /cannot be written.*Set LOWRANK_CACHE/ });
  });
});

describe('with download: false', () => {
  const asked = async (t: TestScope) => startMirror(t, sends(archive));

  test('synthetic pictures stand in where the cache has nothing: no mirror is asked, nothing is written', async (t) => {
    const cacheDirectory = join(tempFolder(t), 'cache');
    const mirror = await asked(t);
    assertIsSynthetic(await loadCifar10Files(filesFrom(mirror.url), { cacheDirectory, download: false }));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /^Synthetic pictures, not CIFAR-10[^]*it was not asked, as download is false[^]*set CIFAR10_DIR/);
    assert.deepEqual([mirror.requests, existsSync(cacheDirectory)], [[], false]);
  });

  test('it is an error where they are refused, too: it says where the archive is to be had', async (t) => {
    const mirror = await asked(t);
    const options = { cacheDirectory: tempFolder(t), download: false, allowSynthetic: false };
    await assert.rejects(loadCifar10Files(filesFrom(mirror.url), options), {
      name: 'DownloadError',
      kind: 'not downloaded',
      message:
        `${archiveName} could not be downloaded:\n  ${mirror.url}${archiveName}: it was not asked, as download is false\n` +
        `Put ${archiveName} into a folder and set CIFAR10_DIR to it.`,
    });
    assert.deepEqual([mirror.requests, warnings], [[], []]);
  });

  test('the cache and a folder serve as ever', async (t) => {
    const cacheDirectory = cacheWith(t, archive);
    const cached = await loadCifar10Files(filesFrom(), { cacheDirectory, download: false });
    assertIsWhole(cached);
    const read = await loadCifar10Files(filesFrom(), { directory: folderWith(t, contents), download: false });
    assertIsWhole(read);
    assert.deepEqual([cached.source, read.source, warnings], ['cache', 'directory', []]);
  });

  test('a wrong archive in the cache is an error, and stays', async (t) => {
    const cacheDirectory = cacheWith(t, half);
    const path = join(cacheDirectory, 'cifar10', archiveName);
    const mirror = await asked(t);
    await assert.rejects(loadCifar10Files(filesFrom(mirror.url), { cacheDirectory, download: false }), (error) => {
      assert.ok(error instanceof DataFileError);
      assert.deepEqual([error.kind, error.file], ['wrong', path]);
      assert.match(error.message, /it is truncated.*\. Remove it, or leave download unset to have it replaced\.$/);
      return true;
    });
    assert.deepEqual([read(path), mirror.requests, warnings], [half, [], []]);
  });

  test('a folder that is named, and lacks a file, is an error', async (t) => {
    const options = { directory: tempFolder(t), cacheDirectory: cacheWith(t, archive), download: false };
    for (const unverified of [false, true]) {
      await assert.rejects(loadCifar10Files(filesFrom(), { ...options, unverified }), { name: 'DataFileError', kind: 'missing' });
    }
  });
});

describe('a folder', () => {
  test('may hold the batches, compressed or not, or the archive, which goes first', async (t) => {
    const mixed = contentsWith({ 'data_batch_3.bin': undefined, 'data_batch_3.bin.gz': gzip(contents['data_batch_3.bin']) });
    const both = contentsWith({ 'test_batch.bin': undefined, [archiveName]: archive });
    for (const files of [contents, mixed, { [archiveName]: archive }, both]) {
      for (const unverified of [false, true]) {
        const cifar10 = await loadCifar10Files(filesFrom(), { directory: folderWith(t, files), unverified, label: 'A copy' });
        assertIsWhole(cifar10);
        assert.equal(cifar10.source, 'directory');
      }
    }
  });

  test('of CIFAR10_DIR is where it comes from, unless another is named; nothing else is touched', async (t) => {
    process.env.LOWRANK_CACHE = join(tempFolder(t), 'cache');
    process.env.CIFAR10_DIR = folderWith(t, contents);
    const mirror = await startMirror(t, sends(archive));
    const cifar10 = await loadCifar10Files(filesFrom(mirror.url));
    assertIsWhole(cifar10);
    assert.equal(cifar10.source, 'CIFAR10_DIR');
    process.env.CIFAR10_DIR = tempFolder(t);
    assert.equal((await loadCifar10Files(filesFrom(mirror.url), { directory: folderWith(t, contents) })).source, 'directory');
    await assert.rejects(loadCifar10Files(filesFrom(mirror.url)), { kind: 'missing' });
    assert.deepEqual([mirror.requests, existsSync(process.env.LOWRANK_CACHE)], [[], false]);
  });

  test('with a file missing is refused: the error names it, and every way out', async (t) => {
    const folder = folderWith(t, contentsWith({ 'data_batch_4.bin': undefined }));
    const path = join(folder, 'data_batch_4.bin');
    process.env.CIFAR10_DIR = folder;
    await assert.rejects(loadCifar10Files(filesFrom('http://a/')), {
      name: 'DataFileError',
      kind: 'missing',
      file: path,
      message:
        `CIFAR10_DIR: there is no ${path}, nor ${path}.gz. Put the published file there (http://a/${archiveName}), ` +
        'or leave CIFAR10_DIR unset to have it downloaded. With unverified: true, other batches are taken, and marked.',
    });
  });

  const batch = 'data_batch_4.bin';
  const other = image(0, 1, 2, 3);
  for (const [fault, as, bytes, message] of [
    ['truncated', batch, contents[batch].subarray(0, 3073), /truncated, or another file: 3073 bytes decompressed, expected 6146/],
    ['truncated, compressed', `${batch}.gz`, gzip(contents[batch]).subarray(0, 30), /truncated: its gzip data end early/],
    ['another image', batch, concat(other, other), /its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}/],
    ['no gzip file', `${batch}.gz`, contents[batch], /no gzip file/],
    ['another batch', batch, contents['test_batch.bin'], /it holds test_batch\.bin/],
  ] as const) {
    test(`with a batch that is ${fault} is refused, by name`, async (t) => {
      const folder = folderWith(t, contentsWith({ [batch]: undefined, [as]: bytes }));
      await assert.rejects(loadCifar10Files(filesFrom(), { directory: folder }), (error) => {
        assert.ok(error instanceof DataFileError);
        assert.deepEqual([error.kind, error.file], ['wrong', join(folder, as)]);
        assert.ok(error.message.startsWith(`directory: ${join(folder, as)} is not the published ${batch}: `), error.message);
        assert.match(error.message, message);
        assert.match(error.message, /With unverified: true/);
        return true;
      });
    });
  }

  test('with another archive is refused, by name', async (t) => {
    const folder = folderWith(t, { ...contents, [archiveName]: half });
    await assert.rejects(loadCifar10Files(filesFrom(), { directory: folder }), {
      kind: 'wrong',
      message: /^directory: .*cifar-10-binary\.tar\.gz is not the published .*truncated, or another file: \d+ bytes, expected/,
    });
  });
});

describe('an unverified folder', () => {
  const few = { 'data_batch_1.bin': contents['data_batch_2.bin'], 'data_batch_5.bin.gz': gzip(contents['data_batch_5.bin']) };
  const copy = { ...few, 'test_batch.bin': image(3, 1, 2, 3) };
  const load = (directory: string, label?: string) => loadCifar10Files(filesFrom(), { directory, unverified: true, label });

  test('may hold any of the batches: the banner of every set says so', async (t) => {
    const folder = folderWith(t, copy);
    for (const label of [undefined, '', 'CIFAR-10, JPEG copy']) {
      const { train, test: held, banner, source } = await load(folder, label);
      assert.equal(banner, `${label || 'CIFAR-10'} (not the published files): 4 training and 1 test images.`);
      assert.deepEqual([train.banner, held.banner, source], [banner, banner, 'directory']);
      assert.deepEqual([[...train.labels], [...held.labels]], [[1, 9, 4, 9], [3]]);
    }
    await assert.rejects(loadCifar10Files(filesFrom(), { directory: folder }), { kind: 'wrong' });
  });

  test('that has only some of the published files is said to', async (t) => {
    const some = contentsWith({ 'data_batch_1.bin': undefined, 'data_batch_3.bin': undefined });
    const { banner } = await load(folderWith(t, some));
    assert.equal(banner, 'CIFAR-10 (only some of the published files): 6 training and 2 test images.');
  });

  test('may hold another archive, packed or not', async (t) => {
    const tar = tarOf({ 'mine/data_batch_2.bin': contents['data_batch_2.bin'], 'test_batch.bin': image(3, 1, 2, 3) });
    for (const [name, bytes] of [[archiveName, gzip(tar)], ['cifar-10-binary.tar', tar]] as const) {
      const { train, banner } = await load(folderWith(t, { [name]: bytes }));
      assert.equal(banner, 'CIFAR-10 (not the published files): 2 training and 1 test images.');
      assert.deepEqual([...train.labels], [1, 9]);
    }
  });

  const first = 'data_batch_1.bin';
  const packed = 'data_batch_5.bin.gz';
  const wrongLabel = concat(...Array<Uint8Array>(5).fill(image(0, 1, 2, 3)), image(17, 1, 2, 3));
  for (const [fault, changes, kind, file, message] of [
    ['of odd length', { [first]: new Uint8Array(3000) }, 'wrong', first, /3000 bytes, which is no multiple of 3073/],
    ['that is empty', { [first]: new Uint8Array() }, 'wrong', first, /is no batch of CIFAR-10: it is empty/],
    ['with a wrong label', { [first]: wrongLabel }, 'wrong', first, /image 5 has the label 17; it must be from 0 to 9/],
    ['with one class too many', { [first]: image(10, 1, 2, 3) }, 'wrong', first, /image 0 has the label 10/],
    ['that is truncated', { [packed]: gzip(wrongLabel).subarray(0, 30) }, 'wrong', packed, /its gzip data end early/],
    ['that is no gzip file', { [packed]: wrongLabel }, 'wrong', packed, /corrupt, or no gzip file/],
    ['missing for the test', { 'test_batch.bin': undefined }, 'missing', '', /lacks test_batch\.bin, compressed or not/],
    [
      'missing for training',
      { [first]: undefined, [packed]: undefined },
      'missing',
      '',
      /lacks any of data_batch_1\.bin to data_batch_5\.bin, compressed or not/,
    ],
    ['in a broken archive', { [archiveName]: gzip(new Uint8Array(512).fill(1)) }, 'wrong', archiveName, /no tar archive/],
    ['in half an archive', { [archiveName]: half }, 'wrong', archiveName, /its gzip data end early/],
  ] as const) {
    test(`is refused, by name, for a batch ${fault}`, async (t) => {
      const entries = Object.entries({ ...copy, ...changes }).filter(([, bytes]) => bytes);
      const folder = folderWith(t, Object.fromEntries(entries) as Record<string, Uint8Array>);
      await assert.rejects(load(folder), (error) => {
        assert.ok(error instanceof DataFileError);
        assert.deepEqual([error.kind, error.file], [kind, join(folder, file)]);
        assert.ok(error.message.startsWith(`directory: ${join(folder, file)} `), error.message);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

const without = !given && 'CIFAR10_DIR is not set: nothing is checked against real photographs';
if (without && process.env.CI === 'true') test('CIFAR-10 is there', () => assert.fail(without));

test('real photographs come with their classes and their colours', { skip: without }, async () => {
  process.env.CIFAR10_DIR = given;
  const { train, test: held, banner, source } = await loadCifar10({ unverified: true, label: 'A copy' });
  assert.equal(source, 'CIFAR10_DIR');
  const counts = (labels: Uint8Array) => labels.reduce((sums, label) => (sums[label]++, sums), Array<number>(10).fill(0));
  for (const { images, labels } of [train, held]) {
    assert.deepEqual(images.shape, [labels.length, 32, 32, 3]);
    assert.deepEqual(counts(labels), Array(10).fill(labels.length / 10));
  }
  // The mean of each colour over the published training set, as it is commonly normalised with.
  const means = [0.4914, 0.4822, 0.4465];
  const sums = [0, 0, 0];
  train.images.data.forEach((value, i) => void (sums[i % 3] += value));
  sums.forEach((sum, colour) => {
    const mean = sum / 255 / (1024 * train.labels.length);
    assert.ok(Math.abs(mean - means[colour]) < (banner ? 0.003 : 0.0001), `colour ${colour} has the mean ${mean}`);
  });
  if (banner) {
    assert.match(banner, /^A copy \((not the published files|only some of the published files)\): /);
    await assert.rejects(loadCifar10(), DataFileError);
  } else {
    assert.deepEqual((await loadCifar10()).test, held);
  }
});
