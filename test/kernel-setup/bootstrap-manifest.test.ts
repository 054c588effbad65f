import assert from 'node:assert/strict';
import { renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { load, temporaryFolder, write } from './bootstrap-support';

async function completeFolder(t: TestContext): Promise<{ folder: string; library: string }> {
  const folder = temporaryFolder(t);
  const library = write(join(folder, 'lib', 'library.so'), 'machine code');
  write(join(folder, 'include', 'header.h'), 'int f();');
  symlinkSync('lib', join(folder, 'link'));
  const { writeManifest } = await load('manifest');
  await writeManifest(folder);
  return { folder, library };
}

function rewriteKeepingTime(path: string, content: string): void {
  const { atimeMs, mtimeMs } = statSync(path);
  writeFileSync(path, content);
  utimesSync(path, atimeMs / 1000, mtimeMs / 1000);
}

describe('a folder with a manifest', () => {
  test('is complete when nothing has changed', async (t) => {
    const { folder } = await completeFolder(t);
    const { manifestProblem } = await load('manifest');
    assert.equal(await manifestProblem(folder), undefined);
    assert.equal(await manifestProblem(folder, { full: true }), undefined);
  });

  test('is incomplete without its manifest, or with one that was cut off', async (t) => {
    const { folder } = await completeFolder(t);
    const { discardManifest, manifestProblem } = await load('manifest');
    truncateSync(join(folder, 'manifest.json'), 20);
    assert.match((await manifestProblem(folder)) ?? '', /manifest cannot be read/);
    await discardManifest(folder);
    assert.match((await manifestProblem(folder)) ?? '', /left unfinished/);
  });

  test('is broken when a file is shorter or gone, and says which', async (t) => {
    const { folder, library } = await completeFolder(t);
    const { manifestProblem } = await load('manifest');
    truncateSync(library, 5);
    assert.equal(await manifestProblem(folder), 'lib/library.so has 5 bytes instead of 12');
    rmSync(library);
    assert.equal(await manifestProblem(folder), 'lib/library.so is missing');
  });

  test('is broken when a link is gone', async (t) => {
    const { folder } = await completeFolder(t);
    rmSync(join(folder, 'link'));
    assert.equal(await (await load('manifest')).manifestProblem(folder), 'the link link is gone');
  });

  test('is broken when a file of the same size has other content', async (t) => {
    const { folder, library } = await completeFolder(t);
    const { manifestProblem } = await load('manifest');
    writeFileSync(library, 'machine cODE');
    utimesSync(library, 1, 1);
    assert.match((await manifestProblem(folder)) ?? '', /library\.so is damaged/);
  });

  test('that keeps size and time, the full comparison still finds', async (t) => {
    const { folder, library } = await completeFolder(t);
    const { manifestProblem } = await load('manifest');
    rewriteKeepingTime(library, 'machine cODE');
    assert.match((await manifestProblem(folder, { full: true })) ?? '', /library\.so is damaged/);
  });

  test('may be copied or moved: other times and the same content are fine', async (t) => {
    const { folder, library } = await completeFolder(t);
    const { manifestProblem } = await load('manifest');
    utimesSync(library, 1, 1);
    assert.equal(await manifestProblem(folder), undefined);
    renameSync(folder, `${folder}-moved`);
    t.after(() => rmSync(`${folder}-moved`, { recursive: true, force: true }));
    assert.equal(await manifestProblem(`${folder}-moved`), undefined);
  });
});
