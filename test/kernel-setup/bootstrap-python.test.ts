import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { kernelNodeOptions } from '../../kernel-setup/jupyter/kernel-process';
import { projectRoot } from '../support/project';
import { type Context, findRealPython, load, makeWheel, script, temporaryContext, temporaryFolder, write } from './bootstrap-support';

const python = findRealPython();

/** A program that answers as a Python of that kind would. */
function fakePython(context: Context, name: string, answer: object): string {
  const path = join(context.root, '..', 'programs', name);
  const full = { path, version: [3, 11], ensurepip: true, venv: true, pip: [23, 0], ...answer };
  return script(path, `echo '${JSON.stringify(full)}'`);
}

async function contextWithPythons(t: TestContext, pythons: Record<string, object>): Promise<Context> {
  const { context } = await temporaryContext(t);
  for (const [name, answer] of Object.entries(pythons)) fakePython(context, name, answer);
  context.env = { PATH: `${join(context.root, '..', 'programs')}:/nowhere` };
  return context;
}

describe('the Python to use', () => {
  test('is the first that is new enough', async (t) => {
    const { findPython } = await load('python');
    const context = await contextWithPythons(t, { python3: { version: [3, 9] }, 'python3.12': { version: [3, 12] } });
    assert.deepEqual((await findPython(context)).version, [3, 12]);
  });

  test('is one that can make environments, if there is one', async (t) => {
    const { findPython } = await load('python');
    const context = await contextWithPythons(t, { python3: { ensurepip: false }, 'python3.13': { version: [3, 13] } });
    assert.deepEqual((await findPython(context)).version, [3, 13]);
  });

  test('is $PYTHON and no other, if that is set', async (t) => {
    const { findPython } = await load('python');
    const context = await contextWithPythons(t, { python3: {}, mine: { version: [3, 14] } });
    context.env.PYTHON = join(context.root, '..', 'programs', 'mine');
    assert.deepEqual((await findPython(context)).version, [3, 14]);
    context.env.PYTHON = '/nowhere/python';
    await assert.rejects(findPython(context), /PYTHON=\/nowhere\/python is none/);
  });

  test('if all are too old, they are named', async (t) => {
    const { findPython } = await load('python');
    const context = await contextWithPythons(t, { python3: { version: [3, 9] } });
    await assert.rejects(findPython(context), /Python 3\.10 or newer is needed, and .*python3 is 3\.9\. Install it/);
  });
});

describe("Debian's Python without its parts", () => {
  test('says which package to install', async (t) => {
    const { pythonEnvironment } = await load('python-environment');
    const { ensure } = await load('part');
    const context = await contextWithPythons(t, { python3: { path: '/usr/bin/python3', ensurepip: false, pip: null } });
    await assert.rejects(ensure(pythonEnvironment, context), (error: Error) => error.name === 'SetupError' &&
      error.message.includes('/usr/bin/python3') && error.message.includes('`sudo apt install python3-venv python3-pip`'));
  });

  test('is told the same when pip alone is missing', async (t) => {
    const { pipCommand } = await load('python');
    const context = await contextWithPythons(t, { python3: { path: '/usr/bin/python3', pip: null } });
    await assert.rejects(pipCommand(context), /has no pip\. On Debian and Ubuntu: `sudo apt install python3-venv python3-pip`/);
  });
});

describe('the Python environment', { skip: !python && 'there is no Python with pip' }, () => {
  /** A project whose only requirement is a wheel that brings what the set-up looks for. */
  async function project(t: TestContext): Promise<{ context: Context; said: string[]; index: string }> {
    const { context, said } = await temporaryContext(t);
    const { plotlyRenderer } = await load('python-environment');
    const index = join(context.root, '..', 'index');
    makeWheel(python!, join(index, 'small-1.0-py3-none-any.whl'), 'small', '1.0', {
      'small.py': '',
      [`small-1.0.data/data/${plotlyRenderer}`]: '{}',
      'small-1.0.data/scripts/jupyter-lab': '#!python\n',
    });
    write(join(context.root, 'kernel-setup', 'requirements.txt'), '# one package\nsmall==1.0\n');
    context.env = { ...process.env, PYTHON: python, PIP_NO_INDEX: '1', PIP_FIND_LINKS: index };
    return { context, said, index };
  }

  /** From here on Python is Debian's without python3-venv, if its pip can do without; making environments is quicker, too. */
  async function withoutEnsurepip(context: Context): Promise<void> {
    const { canInstallElsewhere, findPython } = await load('python');
    if (!canInstallElsewhere(await findPython(context))) return;
    const modules = join(context.root, '..', 'modules');
    write(join(modules, 'ensurepip.py'), 'raise ImportError("left out")\n');
    context.env.PYTHONPATH = modules;
  }

  test('is made once, and mended when something of it is gone, or the project was moved', async (t) => {
    const { context, said } = await project(t);
    const { environmentFolder, pythonEnvironment } = await load('python-environment');
    const { ensure } = await load('part');
    assert.equal(await ensure(pythonEnvironment, context), true);
    said.length = 0;
    assert.equal(await ensure(pythonEnvironment, context), false);
    assert.deepEqual(said, []);

    const record = readdirSync(environmentFolder(context), { recursive: true, encoding: 'utf8' })
      .find((name) => name.endsWith(join('small-1.0.dist-info', 'RECORD')))!;
    rmSync(join(environmentFolder(context), record));
    assert.match((await pythonEnvironment.problem(context)) ?? '', /small-1\.0\.dist-info.* is gone/);

    await withoutEnsurepip(context);
    const moved = { ...context, root: `${context.root}-moved` };
    renameSync(context.root, moved.root);
    assert.match((await pythonEnvironment.problem(moved)) ?? '', /it was made for/);
    assert.equal(await ensure(pythonEnvironment, moved), true);
    assert.ok(existsSync(join(environmentFolder(moved), record)));
  });

  test('that was left unfinished is made anew; with no package index it says so, and stays unfinished', async (t) => {
    const { context, index } = await project(t);
    const { pythonEnvironment } = await load('python-environment');
    const { ensure } = await load('part');
    await withoutEnsurepip(context);
    renameSync(index, `${index}-away`);
    await assert.rejects(ensure(pythonEnvironment, context), (error: Error) =>
      error.name === 'SetupError' && /could not be made: .*small[\s\S]*index must be reachable/.test(error.message));
    assert.match((await pythonEnvironment.problem(context)) ?? '', /left unfinished/);
    renameSync(`${index}-away`, index);
    assert.equal(await ensure(pythonEnvironment, context), true);
  });

  test('of somebody else is not touched', async (t) => {
    const { context } = await project(t);
    const { environmentFolder, pythonEnvironment } = await load('python-environment');
    const { ensure } = await load('part');
    const precious = write(join(environmentFolder(context), 'precious'), 'kept');
    await assert.rejects(ensure(pythonEnvironment, context), /was not made by this set-up\. Move it away/);
    assert.equal(readFileSync(precious, 'utf8'), 'kept');
  });
});

describe('the kernel', () => {
  test('is specified with absolute paths of this project and this Node; rewritten where they change', async (t) => {
    const { context } = await temporaryContext(t);
    const { kernelSpec, kernelSpecFile } = await load('jupyter');
    const { ensure } = await load('part');
    assert.equal(await ensure(kernelSpec, context), true);
    const specification = JSON.parse(readFileSync(kernelSpecFile(context), 'utf8'));
    assert.deepEqual(specification.argv.slice(0, -2), [
      process.execPath, ...kernelNodeOptions, join(context.root, '.build', 'kernel-setup', 'kernel', 'main.js'),
      '--history', join(context.root, '.jupyter', 'history'),
    ]);
    assert.equal(specification.display_name, 'TypeScript (tslab)');
    assert.equal(specification.interrupt_mode, 'message');
    assert.equal(await ensure(kernelSpec, context), false);

    const moved = { ...context, root: `${context.root}-moved` };
    renameSync(context.root, moved.root);
    assert.equal(await ensure(kernelSpec, moved), true);
    assert.match(readFileSync(kernelSpecFile(moved), 'utf8'), new RegExp(`${moved.root}/\\.build`));
  });

  test('and JupyterLab write nowhere but in the project', async () => {
    const { sessionVariables } = await load('jupyter');
    const { JUPYTER_PREFER_ENV_PATH, ...folders } = sessionVariables({ root: projectRoot });
    assert.equal(JUPYTER_PREFER_ENV_PATH, '1');
    for (const folder of Object.values(folders)) assert.ok(folder.startsWith(join(projectRoot, '.jupyter')));
    const moved = sessionVariables({ root: projectRoot, env: { LOWRANK_JUPYTER: '/elsewhere' } });
    for (const name of Object.keys(folders)) assert.ok(moved[name].startsWith(join('/elsewhere', '')));
  });

  test('is specified the same wherever Jupyter writes, for those that run at once share the specification', async (t) => {
    const { specification } = await load('jupyter');
    const { context } = await temporaryContext(t);
    assert.deepEqual(specification({ ...context, env: { LOWRANK_JUPYTER: '/elsewhere' } }), specification(context));
  });
});

describe('JupyterLab', () => {
  const argumentsFor = async (root: string, ...args: string[]) => (await load('jupyter')).jupyterLabArguments({ root }, args);
  const opensOn = async (root: string, ...args: string[]) =>
    (await argumentsFor(root, ...args)).find((arg) => arg.startsWith('--LabApp.default_url='));
  const guide = '--LabApp.default_url=/lab/tree/README.md';

  test('opens on the guide of the folder that it shows', async (t) => {
    const root = temporaryFolder(t);
    write(join(root, 'notebooks', 'README.md'), '# Start here');
    const copy = join(root, 'copy');
    write(join(copy, 'README.md'), '# Start here');
    mkdirSync(join(root, 'bare'));
    assert.equal(await opensOn(root), guide);
    assert.equal(await opensOn(root, '--no-browser', '--port', '8899'), guide);
    for (const args of [[`--ServerApp.root_dir=${copy}`], [`--notebook-dir=${copy}`], ['--notebook-dir', copy], ['../copy']]) {
      assert.equal(await opensOn(root, ...args), guide);
    }
    assert.equal(await opensOn(root, '--notebook-dir=../bare'), undefined);
  });

  test('opens on what the user names', async (t) => {
    const root = temporaryFolder(t);
    write(join(root, 'notebooks', 'README.md'), '# Start here');
    write(join(root, 'notebooks', 'mine.ipynb'), '{}');
    assert.equal(await opensOn(root, 'mine.ipynb'), undefined);
    assert.equal(await opensOn(root, '--ServerApp.file_to_run=mine.ipynb'), undefined);
    assert.equal(await opensOn(root, '--LabApp.default_url=/lab'), '--LabApp.default_url=/lab');
  });

  test('is given no option twice', async () => {
    for (const option of ['--ServerApp.root_dir=/mine', '--notebook-dir=/mine', '--LabApp.extension_manager=pypi']) {
      const found = await argumentsFor('/project', option);
      assert.ok(found.includes(option));
      assert.equal(found.filter((arg) => /root_dir|notebook-dir/.test(arg)).length, 1);
      assert.equal(found.filter((arg) => /extension_manager/.test(arg)).length, 1);
    }
  });
});

test('every Python package is pinned to one version', () => {
  const lines = readFileSync(join(projectRoot, 'kernel-setup', 'requirements.txt'), 'utf8').trim().split('\n');
  for (const line of lines) assert.match(line, /^#|^[\w-]+==[\w.]+( ; (python_version < "3\.11"|sys_platform == "darwin"))?$/);
});
