import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as library from '../src';
import { tensorFlowJs } from '../src/tensorflow/tensorflow-js';
import { projectRoot } from './support/project';

const read = (name: string) => readFileSync(join(projectRoot, name), 'utf8');
const guides = ['README.md', 'notebooks/README.md', 'src/README.md', 'src/USING.md', 'test/bench/README.md'];

let folder = '';
before(async () => {
  await library.loadBackend();
  folder = mkdtempSync(join(tmpdir(), 'tfjs-lowrank-readme-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** The first block of TypeScript below a heading, which is JavaScript but for its imports. */
function program(text: string, heading: string): { names: string[]; body: string } {
  const block = text.slice(text.indexOf(`## ${heading}\n`)).match(/```ts\n([\s\S]*?)```/)![1]!;
  const names = [...block.matchAll(/^import \{([^}]*)\} from '[^']*';/gm)].flatMap(([, list]) => list!.split(',')).map((name) => name.trim()).filter(Boolean);
  return { names, body: block.replace(/^import \{[^}]*\} from '[^']*';/gm, '') };
}

test("README's ten lines make a model four times smaller, and save it", async () => {
  const { layers, randomUniform, oneHot, sequential } = tensorFlowJs();
  const path = join(folder, 'my-model');
  const model = sequential({ layers: [
    layers.dense({ units: 64, activation: 'relu', inputShape: [48] }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ] });
  await library.saveModel(model, path);
  const [x, y] = [randomUniform([200, 48]), oneHot(Array.from({ length: 200 }, (_, i) => i % 10), 10)];
  const { names, body } = program(read('README.md'), 'Ten lines');
  const inFolder = body.replaceAll(/'(my-[\w-]+)'/g, (_, name: string) => JSON.stringify(join(folder, name)));
  const run = Object.getPrototypeOf(async () => undefined).constructor as FunctionConstructor;
  const values = names.map((name) => (library as Record<string, unknown>)[name]);
  assert.deepEqual(names.filter((_, at) => values[at] === undefined), [], 'what is imported is exported');
  const lines: unknown[] = [];
  await new run(...names, 'x', 'y', 'console', inFolder)(...values, x, y, { log: (line: unknown) => lines.push(line) });
  assert.match(String(lines[0]), /energy kept/);
  const small = await library.loadModel(join(folder, 'my-small-model'));
  assert.ok(small.countParams() <= model.countParams() / 4, `${small.countParams()} of ${model.countParams()} parameters`);
  assert.ok(readdirSync(join(folder, 'my-small-model')).includes('model.json'));
});

describe('the guides', () => {
  for (const guide of guides) {
    test(`${guide}: every link leads to a file, and every command is one of package.json`, () => {
      const text = read(guide);
      const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!).filter((target) => !/^https?:|^#/.test(target));
      const broken = links.filter((target) => !existsSync(join(projectRoot, dirname(guide), target.replace(/#.*$/, ''))));
      assert.deepEqual(broken, []);
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      const commands = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
      assert.deepEqual(commands.filter((name) => scripts[name] === undefined), []);
    });

    test(`${guide}: what its programs import is exported`, () => {
      const blocks = [...read(guide).matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block!);
      const names = blocks.flatMap((block) => [...block.matchAll(/^import \{([^}]*)\} from '(?:\.\.?\/src|tfjs-lowrank[\w/]*)';/gm)])
        .flatMap(([, list]) => list!.split(',')).map((name) => name.trim()).filter((name) => name !== '' && !name.startsWith('type '));
      assert.deepEqual(names.filter((name) => !(name in library)), []);
    });
  }
});

test('every script of package.json is in README, but for start and test, which are its two commands', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const text = read('README.md');
  assert.deepEqual(Object.keys(scripts).filter((name) => !text.includes(name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`)), []);
});
