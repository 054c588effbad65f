import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Kernel, streamText } from './kernel-fixture';

const source = `/** How a trap is set. */
export interface TrapOptions {
  /** Grams. */
  readonly cheese: number;
}

/**
 * Sets a trap, as in {@link TrapOptions}.
 *
 * @param options what lies in it
 * @returns how many mice it will catch
 */
export function setTrap(options: TrapOptions): number {
  return options.cheese / 10;
}
export class Mouse {
  readonly tail = 'long';
  squeak(times: number): string {
    return 'eek'.repeat(times);
  }
}
`;

let kernel: Kernel;
before(async () => {
  kernel = await Kernel.start({ 'src/index.ts': "export * from './trap';\n", 'src/trap.ts': source });
  await kernel.value("import { Mouse, setTrap } from '../src';\nimport * as tf from '@tensorflow/tfjs';");
  await kernel.value('/** Counts sheep. */\nconst sheepCounter = { baa: 1 };');
});
after(() => kernel.stop());

async function ask(type: string, content: Record<string, unknown>): Promise<Record<string, any>> {
  return (await kernel.client.request('shell', `${type}_request`, content).done).content;
}

describe('completion', () => {
  /** The matches at the end of the code, with what each of them is. */
  async function complete(code: string): Promise<Map<string, { type: string; signature?: string }>> {
    const { matches, metadata, cursor_start, cursor_end } = await ask('complete', { code, cursor_pos: [...code].length });
    const types = metadata._jupyter_types_experimental as { text: string; type: string; signature?: string; start: number; end: number }[];
    assert.deepEqual(types.map(({ text }) => text), matches);
    for (const { start, end } of types) assert.deepEqual([start, end], [cursor_start, cursor_end]);
    return new Map(types.map(({ text, type, signature }) => [text, { type, signature }]));
  }

  test('counts in code points, and knows what cells declared', async () => {
    const code = "'🐑'; sheepCounter.b";
    const cursor_pos = [...code].length;
    assert.deepEqual(await ask('complete', { code, cursor_pos }), {
      status: 'ok',
      matches: ['baa'],
      cursor_start: cursor_pos - 1,
      cursor_end: cursor_pos,
      metadata: {
        _jupyter_types_experimental: [
          { start: cursor_pos - 1, end: cursor_pos, text: 'baa', type: 'property', signature: 'number' },
        ],
      },
    });
  });

  test('tells the types of names from src, from packages and of variables', async () => {
    assert.deepEqual((await complete('setT')).get('setTrap'), { type: 'function', signature: '(options: TrapOptions): number' });
    assert.deepEqual((await complete('Mou')).get('Mouse'), { type: 'class', signature: 'typeof Mouse' });
    assert.deepEqual((await complete('tf.matM')).get('matMul')?.type, 'const');
    assert.match((await complete('tf.matM')).get('matMul')?.signature ?? '', /^<T extends Tensor<Rank>>\(a: .*, b: .*, transposeA\?: boolean .*\): T$/);
    assert.deepEqual((await complete('sheepC')).get('sheepCounter'), { type: 'const', signature: '{ baa: number; }' });
  });

  test('tells the types of members, behind an optional chain too', async () => {
    assert.deepEqual(await complete('new Mouse().'), new Map([
      ['squeak', { type: 'method', signature: '(times: number): string' }],
      ['tail', { type: 'property', signature: '"long"' }],
    ]));
    const chained = 'declare const mouse: Mouse | undefined; mouse?.sq';
    assert.deepEqual((await complete(chained)).get('squeak')?.signature, '(times: number): string');
    assert.deepEqual((await complete("'abc'.padS")).get('padStart')?.type, 'method');
  });

  test('offers the fields of an object that a function of src takes', async () => {
    assert.deepEqual([...(await complete('setTrap({ ch')).keys()], ['cheese']);
  });

  test('offers the files, folders and packages that an import may name', async () => {
    assert.deepEqual(await complete("import { setTrap } from '../s"), new Map([['src', { type: 'directory', signature: undefined }]]));
    assert.deepEqual(await complete("export * from '../src/t"), new Map([['trap', { type: 'script', signature: undefined }]]));
    assert.deepEqual([...(await complete("await import('../src/")).keys()], ['index', 'trap']);
    assert.deepEqual([...(await complete("import fs from 'node:f")).keys()], ['node:fs', 'node:fs/promises']);
    assert.ok((await complete("const tf = require('@tensorflow/tf")).has('tfjs'));
    assert.deepEqual(await complete("import { setTrap } from '../nothing"), new Map());
  });

  test('replaces a name in an import up to the closing quote, and leaves the path before it', async () => {
    const before = "'🐑'; import { setTrap } from '../src/";
    const { matches, cursor_start, cursor_end } = await ask('complete', { code: `${before}trip'; setTrap`, cursor_pos: [...before].length + 2 });
    assert.deepEqual([matches, cursor_start, cursor_end], [['trap'], [...before].length, [...before].length + 4]);
  });

  test('offers the strings that a type allows, and no paths elsewhere', async () => {
    assert.deepEqual([...(await complete("const bait: 'gouda' | 'brie' = 'b")).keys()], ['brie']);
    assert.deepEqual(await complete("const path = '../s"), new Map());
  });

  test('of nothing is nothing', async () => {
    assert.deepEqual(await complete('noSuchName.x'), new Map());
  });
});

describe('inspection', () => {
  const inspect = (code: string, cursor_pos = [...code].length, detail_level = 0) =>
    ask('inspect', { code, cursor_pos, detail_level });

  test('shows the signature and the documentation of a function of src', async () => {
    const { found, data } = await inspect('setTrap', 3);
    assert.equal(found, true);
    assert.equal(data['text/plain'], [
      '(alias) function setTrap(options: TrapOptions): number',
      '',
      'Sets a trap, as in TrapOptions.',
      '',
      '@param options what lies in it',
      '@returns how many mice it will catch',
    ].join('\n'));
    assert.equal(data['text/markdown'], [
      '```typescript',
      '(alias) function setTrap(options: TrapOptions): number',
      '```',
      '',
      'Sets a trap, as in `TrapOptions`.',
      '',
      '- *@param* `options` what lies in it',
      '- *@returns* how many mice it will catch',
    ].join('\n'));
  });

  test('with detail, also where it is declared, and how', async () => {
    const { data } = await inspect('setTrap', 3, 1);
    assert.match(data['text/plain'], /\n\n\.\.\/src\/trap\.ts:13\nexport function setTrap\(.*\n {2}return options\.cheese \/ 10;\n\}$/);
  });

  test('knows packages, Node’s modules, and what cells declared', async () => {
    const matMul = await inspect('tf.matMul');
    assert.match(matMul.data['text/plain'], /matMul[^]*transposeA[^]*Computes the dot product of two matrices/);
    const join = await inspect("import { join } from 'node:path'; join");
    assert.match(join.data['text/plain'], /join\(\.\.\.paths: string\[\]\): string\n\nJoin all arguments together/);
    const declared = await inspect("'🐑'; sheepCounter.b", 8);
    assert.match(declared.data['text/plain'], /const sheepCounter: \{\n +baa: number;\n\}\n\nCounts sheep\./);
  });

  test('between the parentheses of a call it is about the function, as for Shift-Tab', async () => {
    for (const code of ['setTrap(', 'setTrap()', 'setTrap({ cheese: 1 }', "['a'].map(() => setTrap( "]) {
      const position = code.indexOf('setTrap(') + 'setTrap('.length;
      assert.match((await inspect(code, position)).data['text/plain'], /^\(alias\) setTrap\(options: TrapOptions\): number\n\nSets a trap/, code);
    }
    assert.match((await inspect('new Mouse().squeak(', 19)).data['text/plain'], /^\(method\) Mouse\.squeak\(times: number\): string/);
  });

  test('finds nothing where nothing is', async () => {
    assert.deepEqual(await inspect('noSuchName'), { status: 'ok', found: false, data: {}, metadata: {} });
    assert.equal((await inspect('')).found, false);
  });
});

describe('?name and name?', () => {
  test('page what is known of a name, and run nothing', async () => {
    const { content } = await kernel.client.request('shell', 'inspect_request', { code: 'setTrap', cursor_pos: 3, detail_level: 0 }).done;
    for (const code of ['?setTrap', 'setTrap?', ' ? setTrap\n']) {
      const { reply, outputs } = await kernel.run(code);
      assert.equal(reply.status, 'ok');
      assert.deepEqual(reply.payload, [{ source: 'page', data: content.data, start: 0 }]);
      assert.deepEqual(outputs, []);
    }
  });

  test('with two marks in detail; of members too', async () => {
    const payload = async (code: string) => ((await kernel.run(code)).reply.payload as { data: Record<string, string> }[])[0]!.data['text/plain']!;
    for (const code of ['??setTrap', 'setTrap??']) assert.match(await payload(code), /return options\.cheese/);
    assert.match(await payload('tf.matMul?'), /dot product of two matrices/);
  });

  test('of an unknown name say so', async () => {
    const { reply, outputs } = await kernel.run('?noSuchName');
    assert.deepEqual(reply.payload, []);
    assert.equal(streamText(outputs, 'stdout'), 'Nothing is known by the name noSuchName.\n');
  });

  test('are not taken for TypeScript, nor the other way round', async () => {
    assert.equal((await ask('is_complete', { code: 'setTrap?' })).status, 'complete');
    assert.equal(await kernel.value('true ? 1 : 2'), '1');
    assert.equal((await ask('is_complete', { code: 'true ? 1' })).status, 'incomplete');
  });
});

test('knows whether code is complete, goes on, or is wrong', async () => {
  const status = async (code: string) => (await ask('is_complete', { code })).status;
  for (const code of ['1 + 1', 'const x = await f()', '// only a comment', '']) assert.equal(await status(code), 'complete', code);
  for (const code of ['[1,', 'f(', '`', '/*', 'class A {', 'x =>']) assert.equal(await status(code), 'incomplete', code);
  for (const code of ['const = 1', "'", '/a', 'f(]', 'a b', 'f(\n\n']) assert.equal(await status(code), 'invalid', code);
  assert.deepEqual(await ask('is_complete', { code: 'function f() {' }), { status: 'incomplete', indent: '  ' });
});
