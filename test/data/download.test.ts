import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { DataFile } from '../../src/data/data-file';
import { download, DownloadError } from '../../src/data/download';
import { concat, gzip, read, sha256 } from './bytes';
import {
  answers,
  closedAddress,
  dropsHalfway,
  isSilent,
  sends,
  stallsHalfway,
  startMirror,
  type Handler,
} from './mirror-server';
import { tempFolder } from './temp-folder';

const contents = Uint8Array.from({ length: 200_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
const packed = gzip(contents);

function fileFrom(...urls: string[]): DataFile {
  const addresses = urls.map((url) => `${url}numbers.gz`);
  return { name: 'numbers', bytes: contents.length, sha256: sha256(contents), urls: addresses };
}

async function failure(promise: Promise<unknown>): Promise<DownloadError> {
  const error = await promise.then(
    () => assert.fail('the download should have failed'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DownloadError, String(error));
  return error;
}

test('a file arrives decompressed, whole, and alone in its folder', async (t) => {
  const folder = join(tempFolder(t), 'not', 'there', 'yet');
  const mirror = await startMirror(t, sends(packed));
  const path = await download(fileFrom(mirror.url), folder);
  assert.equal(path, join(folder, 'numbers'));
  assert.deepEqual(read(path), contents);
  assert.deepEqual(readdirSync(folder), ['numbers']);
});

test('compression is undone once, whoever applied it', async (t) => {
  const file = fileFrom();
  const plain = await startMirror(t, sends(contents));
  const labelled = await startMirror(t, sends(packed, { 'content-encoding': 'gzip' }));
  const archive = { ...file, name: 'a.gz', bytes: packed.length, sha256: sha256(packed) };
  const archives = await startMirror(t, sends(packed));
  for (const [wanted, urls, expected] of [
    [file, [`${plain.url}numbers`], contents],
    [file, [`${labelled.url}numbers.gz`], contents],
    [archive, [`${archives.url}a.gz`], packed],
  ] as const) {
    const path = await download({ ...wanted, urls }, tempFolder(t));
    assert.deepEqual(read(path), expected);
  }
});

test('a redirection is followed', async (t) => {
  const target = await startMirror(t, sends(packed));
  const mirror = await startMirror(t, (_, response) => {
    response.writeHead(302, { location: `${target.url}elsewhere.gz` }).end();
  });
  await download(fileFrom(mirror.url), tempFolder(t));
  assert.deepEqual(target.requests, ['/elsewhere.gz']);
});

const flipped = contents.slice();
flipped[1000] ^= 1;
const broken = packed.slice();
broken[packed.length >> 1] ^= 0xff;

/** Every way in which a mirror fails: what it does, what is said of it, and whether what it sent was the wrong file. */
const failures: readonly [name: string, handler: Handler, reason: RegExp, deliveredWrongFile: boolean][] = [
  ['answers 403', answers(403), /403 Forbidden/, false],
  ['answers 404', answers(404), /404 Not Found/, false],
  ['answers 500', answers(500), /500 Internal Server Error/, false],
  ['drops the connection halfway', dropsHalfway(packed), /terminated/, false],
  ['stalls halfway', stallsHalfway(packed), /sent nothing for 0\.3 s/, false],
  ['never answers', isSilent, /sent nothing for 0\.3 s/, false],
  ['sends a truncated file', sends(packed.subarray(0, 1000)), /truncated/, true],
  ['sends a shorter file', sends(gzip(contents.subarray(1))), /199999 bytes decompressed, expected 200000/, true],
  ['sends a longer file', sends(gzip(concat(contents, contents))), /too long.*expected 200000/, true],
  ['sends nothing', sends(new Uint8Array()), /truncated/, true],
  ['sends one wrong bit', sends(gzip(flipped)), /its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}/, true],
  ['sends broken gzip data', sends(broken), /corrupt/, true],
  ['sends a page in place of the file', sends(new TextEncoder().encode('<html>Log in first</html>')), /no gzip file/, true],
];

for (const [name, handler, reason, deliveredWrongFile] of failures) {
  test(`a mirror that ${name} is passed over, and nothing of it is kept`, async (t) => {
    const bad = await startMirror(t, handler);
    const good = await startMirror(t, sends(packed));
    const options = { stallTimeout: 300 };

    const folder = tempFolder(t);
    assert.deepEqual(read(await download(fileFrom(bad.url, good.url), folder, options)), contents);
    assert.deepEqual(readdirSync(folder), ['numbers']);

    const emptied = tempFolder(t);
    const error = await failure(download(fileFrom(bad.url), emptied, options));
    assert.deepEqual(readdirSync(emptied), []);
    assert.match(error.message, reason);
    assert.match(error.message, /numbers could not be downloaded/);
    assert.ok(error.message.includes(bad.url), 'the message names the mirror');
    assert.equal(error.mirrors[0].deliveredWrongFile, deliveredWrongFile);
  });
}

test('a mirror that cannot be reached is passed over', async (t) => {
  const good = await startMirror(t, sends(packed));
  await download(fileFrom(await closedAddress(), good.url), tempFolder(t));
  const error = await failure(download(fileFrom(await closedAddress()), tempFolder(t)));
  assert.match(error.message, /fetch failed: ECONNREFUSED/);
});

test('mirrors are asked in their order, and none after the first that has the file', async (t) => {
  const [first, second, third] = [
    await startMirror(t, answers(404)),
    await startMirror(t, sends(packed)),
    await startMirror(t, sends(packed)),
  ];
  await download(fileFrom(first.url, second.url, third.url), tempFolder(t));
  assert.deepEqual([first, second, third].map(({ requests }) => requests.length), [1, 1, 0]);
});

test('a slow mirror that goes on sending is waited for', async (t) => {
  const mirror = await startMirror(t, (_, response) => {
    response.writeHead(200);
    const pieces = Array.from({ length: 10 }, (_, i) =>
      packed.subarray((i * packed.length) / 10, ((i + 1) * packed.length) / 10),
    );
    const timer = setInterval(() => {
      const piece = pieces.shift();
      if (piece) return void response.write(piece);
      clearInterval(timer);
      response.end();
    }, 100);
  });
  assert.deepEqual(read(await download(fileFrom(mirror.url), tempFolder(t), { stallTimeout: 700 })), contents);
});

test('progress rises to the length of the decompressed file', async (t) => {
  const mirror = await startMirror(t, sends(packed));
  const reports: [number, number][] = [];
  const onProgress = (bytes: number, total: number) => void reports.push([bytes, total]);
  await download(fileFrom(mirror.url), tempFolder(t), { onProgress });
  assert.ok(reports.every(([bytes, total], i) => total === contents.length && bytes > (reports[i - 1]?.[0] ?? 0)));
  assert.equal(reports.at(-1)![0], contents.length);
});

test('an aborted download rejects with the reason, asks no other mirror, and leaves nothing', async (t) => {
  for (const handler of [stallsHalfway(packed), isSilent]) {
    const folder = tempFolder(t);
    const abort = new AbortController();
    const reason = new Error('enough');
    const mirror = await startMirror(t, (request, response) => {
      handler(request, response);
      setTimeout(() => abort.abort(reason), 50);
    });
    const next = await startMirror(t, sends(packed));
    const promise = download(fileFrom(mirror.url, next.url), folder, { signal: abort.signal });
    await assert.rejects(promise, (error) => error === reason);
    assert.deepEqual(readdirSync(folder), []);
    assert.deepEqual(next.requests, []);
  }
});

test('a signal aborted before the start prevents the request', async (t) => {
  const mirror = await startMirror(t, sends(packed));
  await assert.rejects(download(fileFrom(mirror.url), tempFolder(t), { signal: AbortSignal.abort() }), /abort/i);
  assert.deepEqual(mirror.requests, []);
});

test('an error of the progress callback is not taken for the mirror’s', async (t) => {
  const folder = tempFolder(t);
  const mirror = await startMirror(t, sends(packed));
  const mistake = new Error('a mistake in the callback');
  const onProgress = () => {
    throw mistake;
  };
  await assert.rejects(download(fileFrom(mirror.url), folder, { onProgress }), (error) => error === mistake);
  assert.deepEqual(readdirSync(folder), []);
});

test('downloads of one file at once do not disturb each other', async (t) => {
  const folder = tempFolder(t);
  const mirror = await startMirror(t, sends(packed));
  await Promise.all(Array.from({ length: 4 }, () => download(fileFrom(mirror.url), folder)));
  assert.deepEqual(readdirSync(folder), ['numbers']);
  assert.deepEqual(read(join(folder, 'numbers')), contents);
});

test('a killed download leaves no file of that name, and what it left is removed in time', async (t) => {
  const folder = tempFolder(t);
  const mirror = await startMirror(t, stallsHalfway(packed));
  const program = `require(${JSON.stringify(require.resolve('../../src/data/download'))})
    .download(${JSON.stringify(fileFrom(mirror.url))}, ${JSON.stringify(folder)}, { onProgress: () => console.log('some') })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await ended;

  const [left] = readdirSync(folder);
  assert.match(left, /^numbers\..*\.part$/);
  writeFileSync(join(folder, 'numbers.mine.part'), 'a file of the user');
  utimesSync(join(folder, 'numbers.mine.part'), 0, 0);
  const good = await startMirror(t, sends(packed));
  await download(fileFrom(good.url), folder);
  assert.ok(existsSync(join(folder, left)), 'it may be a download that still runs');
  utimesSync(join(folder, left), 0, 0);
  await download(fileFrom(good.url), folder);
  assert.deepEqual(readdirSync(folder).sort(), ['numbers', 'numbers.mine.part']);
});

test('a folder that cannot be made is the folder’s fault, not the mirror’s', async (t) => {
  const blocked = join(tempFolder(t), 'file');
  writeFileSync(blocked, '');
  const mirror = await startMirror(t, sends(packed));
  await assert.rejects(download(fileFrom(mirror.url), join(blocked, 'below')), {
    name: 'DataFileError',
    kind: 'inaccessible',
    message: /below cannot be written/,
  });
  assert.deepEqual(mirror.requests, []);
});

test('a folder that may not be written is the folder’s fault, not the mirror’s', async (t) => {
  if (process.getuid?.() === 0) return t.skip('root may write everywhere');
  const folder = tempFolder(t);
  chmodSync(folder, 0o500);
  const mirror = await startMirror(t, sends(packed));
  await assert.rejects(download(fileFrom(mirror.url), folder), { kind: 'inaccessible', message: /EACCES/ });
});
