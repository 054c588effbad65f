import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { projectRoot } from '../support/project';
import { type Context, load, script, temporaryContext, write } from './bootstrap-support';

type Packages = Record<string, object>;

const wanted: Packages = {
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/for-another-system': { version: '1.0.0', integrity: 'sha512-o', optional: true, os: ['sunos'], cpu: ['sparc'] },
};

async function project(t: TestContext, installed: Packages): Promise<{ context: Context; problem: () => Promise<string | undefined> }> {
  const { context } = await temporaryContext(t);
  const { npmPackages } = await load('npm-packages');
  write(join(context.root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...wanted } }));
  write(join(context.root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
  for (const path of Object.keys(installed)) write(join(context.root, path, 'package.json'), '{}');
  return { context, problem: () => npmPackages.problem(context) };
}

describe('the npm packages', () => {
  const a = wanted['node_modules/a'];

  test('are in place when they are what package-lock.json names; optional ones may be absent', async (t) => {
    assert.equal(await (await project(t, { 'node_modules/a': a })).problem(), undefined);
  });

  test('are not, when the folder came from another system', async (t) => {
    assert.match((await (await project(t, wanted)).problem()) ?? '', /for-another-system is for another system/);
  });

  test('are not, when one is missing, another version, too many, or gone', async (t) => {
    assert.match((await (await project(t, {})).problem()) ?? '', /node_modules\/a is not installed/);
    const older = { 'node_modules/a': { ...a, version: '0.9.0' } };
    assert.match((await (await project(t, older)).problem()) ?? '', /node_modules\/a is not the version/);
    const other = { 'node_modules/a': { ...a, integrity: 'sha512-b' } };
    assert.match((await (await project(t, other)).problem()) ?? '', /node_modules\/a is not the version/);
    const more = { 'node_modules/a': a, 'node_modules/b': { version: '1.0.0' } };
    assert.match((await (await project(t, more)).problem()) ?? '', /node_modules\/b is not in package-lock/);
    const { context, problem } = await project(t, { 'node_modules/a': a });
    rmSync(join(context.root, 'node_modules', 'a'), { recursive: true });
    assert.match((await problem()) ?? '', /node_modules\/a is gone/);
  });

  test('are not, when an installation was interrupted', async (t) => {
    const { context, problem } = await project(t, { 'node_modules/a': a });
    rmSync(join(context.root, 'node_modules', '.package-lock.json'));
    assert.equal(await problem(), 'they are not installed');
  });

  test('are installed by npm, without scripts', async (t) => {
    const { context } = await temporaryContext(t);
    const { npmPackages } = await load('npm-packages');
    const { ensure } = await load('part');
    const scripts = { install: 'echo ran > ran' };
    write(join(context.root, 'local', 'package.json'), JSON.stringify({ name: 'local', version: '1.0.0', scripts }));
    const own = { name: 'project', version: '1.0.0', scripts, dependencies: { local: 'file:local' } };
    write(join(context.root, 'package.json'), JSON.stringify(own));
    write(join(context.root, 'package-lock.json'), JSON.stringify({
      name: 'project', version: '1.0.0', lockfileVersion: 3, requires: true,
      packages: {
        '': { name: 'project', version: '1.0.0', hasInstallScript: true, dependencies: { local: 'file:local' } },
        local: { name: 'local', version: '1.0.0', hasInstallScript: true },
        'node_modules/local': { resolved: 'local', link: true },
      },
    }));
    assert.equal(await ensure(npmPackages, context), true);
    assert.ok(existsSync(join(context.root, 'node_modules', 'local', 'package.json')));
    assert.equal(existsSync(join(context.root, 'ran')) || existsSync(join(context.root, 'local', 'ran')), false);
    assert.equal(await ensure(npmPackages, context), false);
  });

  test("that npm cannot fetch: npm's words, and what to do", async (t) => {
    const { context } = await project(t, {});
    const { npmPackages } = await load('npm-packages');
    const { ensure } = await load('part');
    const programs = join(context.root, 'programs');
    script(join(programs, 'npm'), 'echo "npm error network request failed" >&2; exit 1');
    context.env = { PATH: `${programs}:/bin` };
    await assert.rejects(ensure(npmPackages, context), (error: Error) =>
      error.name === 'SetupError' && /network request failed[\s\S]*registry must be reachable/.test(error.message));
  });
});

test('every package in the lockfile has a hash, and comes from the registry or from this project', () => {
  const { packages } = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string; link?: boolean; resolved?: string }>;
  };
  for (const [path, { integrity, link, resolved }] of Object.entries(packages)) {
    if (!path.includes('node_modules/')) continue;
    if (link) assert.match(resolved ?? '', /^kernel-setup\/(docs|xlsx-stub)$/);
    else assert.ok(integrity?.startsWith('sha512-') && resolved === undefined, path);
  }
});
