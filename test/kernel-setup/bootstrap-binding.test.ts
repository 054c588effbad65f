import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, realpathSync, symlinkSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { projectRoot } from '../support/project';
import { bootstrapFolder, type Context, load, script, temporaryContext, write } from './bootstrap-support';

const modules = join(projectRoot, 'node_modules');
const tfjsNode = join(modules, '@tensorflow', 'tfjs-node');
const realBinding = join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');
const skip = !existsSync(realBinding) && 'native TensorFlow is not in place here';

/** A context with the real sources and library, in which `$CXX` copies the real binding instead of compiling it. */
async function contextWithCompiler(t: TestContext): Promise<{ context: Context; said: string[]; compiler: (body: string) => void }> {
  const { context, said } = await temporaryContext(t, { zig: undefined });
  const ours = join(context.root, 'node_modules', '@tensorflow', 'tfjs-node');
  mkdirSync(ours, { recursive: true });
  for (const name of ['package.json', 'binding']) symlinkSync(join(tfjsNode, name), join(ours, name));
  symlinkSync(join(modules, 'node-api-headers'), join(context.root, 'node_modules', 'node-api-headers'));
  const { libraryFolder } = await load('libtensorflow');
  const library = libraryFolder(context);
  mkdirSync(library, { recursive: true });
  for (const name of ['lib', 'include']) symlinkSync(realpathSync(join(tfjsNode, 'deps', name)), join(library, name));
  await (await load('manifest')).writeManifest(library);
  const programs = join(context.root, '..', 'programs');
  // No other compiler, and the shell's own commands only.
  for (const name of ['cp', 'head', 'sh']) {
    mkdirSync(programs, { recursive: true });
    symlinkSync(join('/bin', name), join(programs, name));
  }
  const { LOWRANK_BACKEND: _, ...env } = process.env;
  const compiler = (body: string): void => {
    const output = 'for word; do output=$word; done';
    context.env = { ...env, PATH: programs, CXX: script(join(programs, 'compiler'), `${output}\n${body}`) };
  };
  compiler(`cp '${realBinding}' "$output"`);
  return { context, said, compiler };
}

describe("tfjs-node's binding", { skip }, () => {
  test('is compiled, tried out, and kept; a second time nothing is built', async (t) => {
    const { context, said } = await contextWithCompiler(t);
    const { binding, bindingFile, bindingFolder, tryBinding } = await load('binding');
    const { ensure } = await load('part');
    assert.equal(await ensure(binding, context), true);
    assert.equal(await tryBinding(context, bindingFile(await bindingFolder(context))), context.library!.version);
    said.length = 0;
    assert.equal(await ensure(binding, context), false);
    assert.deepEqual(said, []);
  });

  test('is compiled with what is changed in it, and one without that is refused', async (t) => {
    const { context, compiler } = await contextWithCompiler(t);
    const { binding, tryBinding } = await load('binding');
    const { ensure } = await load('part');
    const words = join(context.root, 'words');
    compiler(`echo "$*" > '${words}'\ncp '${realBinding}' "$output"`);
    await ensure(binding, context);
    assert.ok(readFileSync(words, 'utf8').includes(`-include ${join(bootstrapFolder, 'sessions.h')}`));
    // Sees no configuration beside a graph, like the binding as it comes.
    const without = write(join(context.root, 'binding.js'), `
      const binding = require(${JSON.stringify(realBinding)});
      module.exports = Object.create(binding, { loadSavedModel: { value: (folder, tags) => {
        require('node:fs').rmSync(folder + '/assets.extra', { recursive: true });
        return binding.loadSavedModel(folder, tags);
      } } });`);
    await assert.rejects(tryBinding(context, without), (error: Error & { output: string }) =>
      error.name === 'CommandFailed' && error.output.includes('Error: it was compiled without sessions.h'));
  });

  test('is built anew when it was cut off', async (t) => {
    const { context } = await contextWithCompiler(t);
    const { binding, bindingFile, bindingFolder } = await load('binding');
    const { ensure } = await load('part');
    await ensure(binding, context);
    const file = bindingFile(await bindingFolder(context));
    truncateSync(file, 1000);
    assert.equal(await ensure(binding, context), true);
    assert.ok(readFileSync(file).equals(readFileSync(realBinding)));
  });

  test('that a compiler left half done is not kept; the next compiler is tried', async (t) => {
    const { context, compiler } = await contextWithCompiler(t);
    const { binding } = await load('binding');
    const { ensure } = await load('part');
    compiler(`head -c 20000 '${realBinding}' > "$output"`);
    script(join(dirname(context.env.CXX!), 'g++'), `for word; do output=$word; done\ncp '${realBinding}' "$output"`);
    assert.equal(await ensure(binding, context), true);
  });

  test('without a compiler that works, the errors are told and nothing is left', async (t) => {
    const { context, compiler } = await contextWithCompiler(t);
    const { binding } = await load('binding');
    const { ensure } = await load('part');
    compiler('echo "warning: old" >&2; echo "napi.h:1: error: no such type" >&2; exit 1');
    await assert.rejects(ensure(binding, context), (error: Error) =>
      error.name === 'SetupError' && error.message.includes('ended with status 1: napi.h:1: error: no such type') &&
      error.message.includes('sudo apt install g++'));
    assert.deepEqual(readdirSync(join(context.cache, 'binding')), []);
  });
});

describe('native TensorFlow', { skip }, () => {
  test('is linked into node_modules, and again after npm has replaced the package', async (t) => {
    const { context } = await contextWithCompiler(t);
    const { bindingFolder } = await load('binding');
    const { nativeTensorFlow } = await load('native');
    const lib = join(context.root, 'node_modules', '@tensorflow', 'tfjs-node', 'lib');
    write(join(lib, 'napi-v8', 'tfjs_binding.node'), "of the package's own installer");
    assert.deepEqual(await nativeTensorFlow(context), { ready: true });
    assert.equal(readlinkSync(lib), join(await bindingFolder(context), 'lib'));
  });

  test('that cannot be had is said aloud, unlinked, and not fatal', async (t) => {
    const { context, said, compiler } = await contextWithCompiler(t);
    const { nativeTensorFlow } = await load('native');
    compiler('exit 1');
    const lib = join(context.root, 'node_modules', '@tensorflow', 'tfjs-node', 'lib');
    symlinkSync('nowhere', lib);
    const outcome = await nativeTensorFlow(context);
    assert.equal(outcome.ready, false);
    assert.match(said.join('\n'), /could not be built[\s\S]*WebAssembly/);
    assert.deepEqual(readdirSync(dirname(lib)).sort(), ['binding', 'package.json']);
  });
});

describe('where there is no native TensorFlow', () => {
  test('a platform without it goes on, and says so', async (t) => {
    const { context, said } = await temporaryContext(t, { target: 'sunos-x64', library: undefined, env: {} });
    const { nativeTensorFlow } = await load('native');
    const outcome = await nativeTensorFlow(context);
    assert.ok(!outcome.ready && outcome.reason.includes('no native TensorFlow for sunos-x64'));
    assert.match(said.join('\n'), /WebAssembly/);
  });

  test('LOWRANK_BACKEND=native insists', async (t) => {
    const { context } = await temporaryContext(t, { target: 'sunos-x64', library: undefined, env: { LOWRANK_BACKEND: 'native' } });
    const { nativeTensorFlow } = await load('native');
    await assert.rejects(nativeTensorFlow(context), /LOWRANK_BACKEND=native, but there is no native TensorFlow for sunos-x64/);
  });

  test('LOWRANK_BACKEND=wasm asks for nothing', async (t) => {
    const { context, said } = await temporaryContext(t, { env: { LOWRANK_BACKEND: 'wasm' } });
    const { nativeTensorFlow } = await load('native');
    const outcome = await nativeTensorFlow(context);
    assert.ok(!outcome.ready && outcome.reason.includes('LOWRANK_BACKEND=wasm'));
    assert.deepEqual(said, []);
    assert.equal(existsSync(context.cache), false);
  });
});
