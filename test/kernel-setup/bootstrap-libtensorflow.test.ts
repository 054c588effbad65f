import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { type Context, findRealPython, load, makeWheel, script, temporaryContext, write } from './bootstrap-support';

const python = findRealPython();
const wheelName = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';

/** A context in which pip finds a wheel with the same members as TensorFlow's, and little in each. */
async function contextWithWheel(t: TestContext): Promise<{ context: Context; said: string[]; wheel: string }> {
  const { context, said } = await temporaryContext(t);
  const { headers } = await import('../../kernel-setup/bootstrap/pins.mjs');
  const index = join(context.cache, '..', 'index');
  const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  const wheel = makeWheel(python!, join(index, wheelName), 'tensorflow_cpu', '2.21.0', {
    ...Object.fromEntries(libraries.map((name) => [`tensorflow/${name}`, `machine code of ${name}`])),
    ...Object.fromEntries(headers.map((name) => [`tensorflow/include/${name}`, `// ${name}`])),
    'tensorflow/python/not_needed.py': 'pass',
  });
  context.env = { ...process.env, PYTHON: python, PIP_NO_INDEX: '1', PIP_FIND_LINKS: index };
  context.target = 'linux-x64';
  context.library = {
    version: '2.21.0', package: 'tensorflow-cpu', platform: 'manylinux_2_27_x86_64', wheel: wheelName,
    sha256: sha256(wheel), megabytes: 1, libraries,
  };
  return { context, said, wheel };
}

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** What lies in the cache, apart from complete folders. */
const leftovers = ({ cache }: Context): string[] =>
  readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => /building|download|lock/.test(name));

describe('libtensorflow', { skip: !python && 'there is no Python with pip' }, () => {
  test('is the libraries and headers of the wheel, and no more; a second time nothing is built', async (t) => {
    const { context, said } = await contextWithWheel(t);
    const { libtensorflow, libraryFolder } = await load('libtensorflow');
    const { ensure } = await load('part');
    assert.equal(await ensure(libtensorflow, context), true);
    const files = readdirSync(libraryFolder(context), { recursive: true, encoding: 'utf8' });
    assert.deepEqual(files.filter((name) => name.endsWith('.2')).sort(), [
      join('lib', 'libtensorflow_cc.so.2'), join('lib', 'libtensorflow_framework.so.2'),
    ]);
    assert.equal(files.filter((name) => name.endsWith('.h')).length, 14);
    assert.deepEqual(files.filter((name) => /whl|\.py$/.test(name)), []);
    assert.deepEqual(leftovers(context), []);

    said.length = 0;
    assert.equal(await ensure(libtensorflow, context), false);
    assert.deepEqual(said, []);
  });

  test('is built anew when a file of it was cut off', async (t) => {
    const { context } = await contextWithWheel(t);
    const { libtensorflow, libraryFolder } = await load('libtensorflow');
    const { ensure } = await load('part');
    await ensure(libtensorflow, context);
    const library = join(libraryFolder(context), 'lib', 'libtensorflow_cc.so.2');
    truncateSync(library, 3);
    assert.equal(await ensure(libtensorflow, context), true);
    assert.equal(readFileSync(library, 'utf8'), 'machine code of libtensorflow_cc.so.2');
  });

  test('is built anew when the manifest is missing, and what a killed set-up left goes', async (t) => {
    const { context } = await contextWithWheel(t);
    const { libtensorflow, libraryFolder } = await load('libtensorflow');
    const { ensure } = await load('part');
    write(join(libraryFolder(context), 'lib', 'libtensorflow_cc.so.2'), 'half');
    write(join(`${libraryFolder(context)}.building-1`, 'download', 'half.whl'), 'half');
    assert.equal(await ensure(libtensorflow, context), true);
    assert.deepEqual(leftovers(context), []);
  });

  test('a wheel with another hash is refused, and so is one that was cut off', async (t) => {
    const { context, wheel } = await contextWithWheel(t);
    const { libtensorflow } = await load('libtensorflow');
    const { ensure } = await load('part');
    truncateSync(wheel, 2000);
    await assert.rejects(ensure(libtensorflow, context), (error: Error) =>
      error.name === 'SetupError' && error.message.includes('another SHA-256') && error.message.includes(wheelName));
    assert.deepEqual(leftovers(context), []);
  });

  test('a wheel that pip let pass is compared again', async (t) => {
    const { context, wheel } = await contextWithWheel(t);
    const { libtensorflow } = await load('libtensorflow');
    const { ensure } = await load('part');
    const careless = script(join(context.cache, '..', 'careless-python'), `
      while [ "$1" != '' ]; do
        if [ "$1" = download ]; then download=1; fi
        if [ "$1" = --dest ]; then mkdir -p "$2" && cp '${wheel}' "$2"; fi
        if [ "$1" = -c ] && [ -z "$download" ]; then exec '${python}' -c "$2" | sed 's|"path": "[^"]*"|"path": "'$0'"|'; fi
        shift
      done`);
    write(wheel, 'not the wheel');
    context.env.PYTHON = careless;
    await assert.rejects(ensure(libtensorflow, context), (error: Error) =>
      error.message.includes(`its SHA-256 is ${sha256(wheel)}, not ${context.library!.sha256}`));
  });

  test('a wheel that cannot be unpacked is refused by name', async (t) => {
    const { context, wheel } = await contextWithWheel(t);
    const { libtensorflow } = await load('libtensorflow');
    const { ensure } = await load('part');
    context.library!.libraries = ['libtensorflow_of_another_name.so'];
    assert.ok(existsSync(wheel));
    await assert.rejects(ensure(libtensorflow, context), (error: Error) =>
      error.name === 'SetupError' && error.message.startsWith(`${wheelName} could not be unpacked`));
    assert.deepEqual(leftovers(context), []);
  });

  test('with no package index it says what is missing and what to do', async (t) => {
    const { context, wheel } = await contextWithWheel(t);
    const { libtensorflow } = await load('libtensorflow');
    const { ensure } = await load('part');
    rmSync(wheel);
    await assert.rejects(ensure(libtensorflow, context), (error: Error) =>
      error.name === 'SetupError' && error.message.includes('libtensorflow 2.21.0 could not be downloaded') &&
      error.message.includes(`copy the folder ${context.cache}`));
    assert.deepEqual(leftovers(context), []);
  });

  test('a full disk is foreseen', async (t) => {
    const { context } = await contextWithWheel(t);
    const { checkRoom } = await load('libtensorflow');
    mkdirSync(context.cache);
    await checkRoom(context, 1);
    await assert.rejects(checkRoom(context, 1e12), /MB free.*LOWRANK_CACHE/s);
  });
});
