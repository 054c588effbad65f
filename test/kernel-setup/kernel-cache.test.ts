import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import { Kernel, Project } from './kernel-fixture';

const importing = "import { line } from '../src'; line()";
const files = {
  'src/index.ts': "export * from './line';\n",
  'src/line.ts': "import { sides } from './sides';\nexport const line = (): string => sides.left;\n",
  'src/sides.ts': "export const sides = { left: 'first' };\n",
};

/** A project, and kernels in it that keep what they find out in a cache of their own. */
class Sessions {
  readonly project = new Project(files);
  readonly cache = mkdtempSync(join(tmpdir(), 'cache-'));

  constructor(t: TestContext) {
    t.after(() => {
      this.project.remove();
      rmSync(this.cache, { recursive: true, force: true });
    });
  }

  /** What comes of a use of a new kernel. */
  async run<T>(use: (kernel: Kernel) => Promise<T>, cache = this.cache): Promise<T> {
    const kernel = await Kernel.startIn(this.project, { LOWRANK_CACHE: cache });
    try {
      return await use(kernel);
    } finally {
      await kernel.process.shutdown();
    }
  }

  /** The file that kernels keep of the project. */
  get file(): string | undefined {
    const folder = join(this.cache, 'kernel', 'projects');
    const [name] = existsSync(folder) ? readdirSync(folder) : [];
    return name && join(folder, name);
  }

  get kept(): { modules: Map<string, { module: { code: string } }>; checked: Map<string, string>; imports: string[] } {
    return deserialize(readFileSync(this.file!));
  }

  /** Puts other words into the JavaScript that was kept. */
  replaceInKept(path: string, words: string, others: string): void {
    const kept = this.kept;
    const { module } = kept.modules.get(path)!;
    assert.ok(module.code.includes(words), module.code);
    module.code = module.code.replace(words, others);
    writeFileSync(this.file!, serialize(kept));
  }
}

test('a kernel takes the JavaScript of modules from the one before, unless their source changed', async (t) => {
  const sessions = new Sessions(t);
  assert.equal(await sessions.run((kernel) => kernel.value(importing)), "'first'");
  sessions.replaceInKept('../src/sides.ts', 'first', 'kept');
  assert.equal(await sessions.run((kernel) => kernel.value(importing)), "'kept'");
  sessions.project.write('src/sides.ts', "export const sides = { left: 'edited' };\n");
  assert.equal(await sessions.run((kernel) => kernel.value(importing)), "'edited'");
});

test('an error that came between two kernels is found, also where the file with the error did not change', async (t) => {
  const sessions = new Sessions(t);
  await sessions.run((kernel) => kernel.value(importing));
  assert.equal(sessions.kept.checked.size, 3);
  sessions.project.write('src/sides.ts', 'export const sides = { left: 1 };\n');
  const wrong = /^\.\.\/src\/line\.ts:2:35 - Type 'number' is not assignable to type 'string'/;
  for (let i = 0; i < 2; i++) assert.match((await sessions.run((kernel) => kernel.error(importing))).evalue, wrong);
  sessions.project.write('src/sides.ts', files['src/sides.ts']);
  assert.equal(await sessions.run((kernel) => kernel.value(importing)), "'first'");
});

test('what a file needs of a package counts too', async (t) => {
  const sessions = new Sessions(t);
  const types = (type: string) => {
    sessions.project.write('src/node_modules/pen/package.json', '{ "name": "pen", "types": "index.d.ts" }');
    sessions.project.write('src/node_modules/pen/index.d.ts', "export * from './colour';\n");
    sessions.project.write('src/node_modules/pen/colour.d.ts', `export declare const colour: ${type};\n`);
    sessions.project.write('src/node_modules/pen/index.js', "exports.colour = 'red';\n");
  };
  types('string');
  sessions.project.write('src/line.ts', "import { colour } from 'pen';\nexport const line = (): string => colour;\n");
  assert.equal(await sessions.run((kernel) => kernel.value(importing)), "'red'");
  types('number');
  assert.match((await sessions.run((kernel) => kernel.error(importing))).evalue, /Type 'number' is not assignable/);
});

test('a kernel that rests reads src and what the one before imported; an edit afterwards is not missed', async (t) => {
  const sessions = new Sessions(t);
  await sessions.run(async (kernel) => {
    for (const end = Date.now() + 120_000; !sessions.file && Date.now() < end; ) await setTimeout(100);
    assert.deepEqual([...sessions.kept.modules.keys()].sort(), ['../src/index.ts', '../src/line.ts', '../src/sides.ts']);
    assert.equal(sessions.kept.checked.size, 3);
    sessions.project.write('src/sides.ts', "export const sides = { left: 'edited' };\n");
    assert.equal(await kernel.value(importing), "'edited'");
    sessions.project.write('notebooks/own.ts', 'export const own = 1;\n');
    await kernel.value("import { own } from './own';");
  });
  assert.deepEqual(sessions.kept.imports, ['../src', './own']);
});

test('a cache that cannot be read is made anew, and one that cannot be written is done without', async (t) => {
  const sessions = new Sessions(t);
  await sessions.run((kernel) => kernel.value(importing));
  const code = join(sessions.cache, 'kernel', 'code');
  for (const file of [sessions.file!, ...readdirSync(code).map((name) => join(code, name))]) {
    writeFileSync(file, readFileSync(file).subarray(0, 100));
  }
  assert.equal(await sessions.run((kernel) => kernel.value(importing)), "'first'");
  assert.equal(sessions.kept.modules.size, 3);
  const [compiled] = readdirSync(code);
  assert.ok(readFileSync(join(code, compiled!)).length > 100_000);

  const noFolder = sessions.project.path('package.json');
  assert.equal(await sessions.run((kernel) => kernel.value(importing), noFolder), "'first'");
});
