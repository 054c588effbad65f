import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { projectRoot } from '../support/project';
import { type Context, load, temporaryContext, write } from './bootstrap-support';

async function project(t: TestContext): Promise<{ context: Context; said: string[] }> {
  const { context, said } = await temporaryContext(t);
  symlinkSync(join(projectRoot, 'node_modules'), join(context.root, 'node_modules'));
  write(join(context.root, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, rootDir: '.', types: [], sourceMap: true },
    include: ['src/**/*.ts', 'test/**/*.ts'],
  }));
  write(join(context.root, 'src', 'one.ts'), 'export const one: number = 1;\n');
  write(join(context.root, 'test', 'old', 'two.test.ts'), 'export const two: number = 2;\n');
  return { context, said };
}

describe('the compiled programs', () => {
  test('are those of the sources: what a deleted source gave is removed', async (t) => {
    const { context } = await project(t);
    const { buildPrograms } = await load('programs');
    await buildPrograms(context);
    const compiled = join(context.root, '.build', 'test', 'old', 'two.test.js');
    assert.ok(existsSync(compiled));
    write(join(context.root, 'test', 'three.test.ts'), 'export {};\n');
    rmSync(join(context.root, 'test', 'old'), { recursive: true });
    await buildPrograms(context);
    assert.equal(existsSync(join(compiled, '..')), false);
    assert.ok(existsSync(join(context.root, '.build', 'src', 'one.js')));
    assert.equal(existsSync(join(context.root, '.build-new')), false);
  });

  test('have source maps that lead to the sources', async (t) => {
    const { context } = await project(t);
    const { buildPrograms } = await load('programs');
    await buildPrograms(context);
    const { sources } = JSON.parse(readFileSync(join(context.root, '.build', 'src', 'one.js.map'), 'utf8'));
    assert.equal(join(context.root, '.build', 'src', sources[0]), join(context.root, 'src', 'one.ts'));
  });

  test('that come out the same are not written again', async (t) => {
    const { context } = await project(t);
    const { buildPrograms } = await load('programs');
    await buildPrograms(context);
    const compiled = join(context.root, '.build', 'src', 'one.js');
    utimesSync(compiled, 1, 1);
    await buildPrograms(context);
    assert.equal(statSync(compiled).mtimeMs, 1000);
  });

  test('are not compiled where nothing has changed', async (t) => {
    const { context, said } = await project(t);
    const { updatePrograms } = await load('programs');
    await updatePrograms(context);
    assert.equal(said.length, 1);
    await updatePrograms(context);
    assert.equal(said.length, 1);
    write(join(context.root, 'src', 'one.ts'), 'export const one: number = 111;\n');
    await updatePrograms(context);
    assert.match(readFileSync(join(context.root, '.build', 'src', 'one.js'), 'utf8'), /111/);
  });

  test('stay as they were when the sources do not type-check', async (t) => {
    const { context } = await project(t);
    const { buildPrograms } = await load('programs');
    await buildPrograms(context);
    write(join(context.root, 'src', 'one.ts'), 'export const one: number = "1";\n');
    await assert.rejects(buildPrograms(context), (error: Error) =>
      error.name === 'SetupError' && /src\/one\.ts\(1,14\): error TS2322/.test(error.message));
    assert.match(readFileSync(join(context.root, '.build', 'src', 'one.js'), 'utf8'), /= 1;/);
    assert.equal(existsSync(join(context.root, '.build-new')), false);
  });
});
