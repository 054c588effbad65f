import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nativeTensorFlow } from '../../src/tensorflow';

const compiled = join(__dirname, '../../src/tensorflow');
const native = nativeTensorFlow() !== undefined;

/** Runs statements in a process of their own, where `t` is src/tensorflow; what they print as JSON. */
function run(statements: string, { backend, preload = '' }: { backend?: string; preload?: string } = {}) {
  const { LOWRANK_BACKEND: _, NODE_OPTIONS: __, ...env } = process.env;
  const script = `${preload}
    const t = require(${JSON.stringify(compiled)});
    (async () => { ${statements} })().catch((error) => { console.error(error.message); process.exitCode = 1; });`;
  const child = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    cwd: __dirname,
    env: backend === undefined ? env : { ...env, LOWRANK_BACKEND: backend },
  });
  return { ...child, said: child.stderr.replace(/^(WARNING: All log|[IWE]\d{4}).*\n/gm, '') };
}

const load = 'console.log(JSON.stringify(await t.loadBackend()));';
/** As on a machine where the native library is there but cannot be loaded. */
const brokenLibrary = `{
  const Module = require('node:module');
  const original = Module._load;
  Module._load = function (request, ...rest) {
    if (request.endsWith('tfjs_binding.node')) throw new Error('libtensorflow.so.2: cannot open shared object file');
    return original.call(this, request, ...rest);
  };
}`;
const requireTfjs = `const tf = require('@tensorflow/tfjs');`;

for (const backend of ['wasm', 'cpu']) {
  describe(`LOWRANK_BACKEND=${backend}`, () => {
    test('is loaded, says why, and computes', () => {
      const { stdout, said } = run(
        `${load} ${requireTfjs}
         console.log(tf.getBackend(), (await tf.matMul([[1, 2]], [[3], [4]]).data())[0]);`,
        { backend },
      );
      const [info, computed] = stdout.trim().split('\n');
      assert.deepEqual(JSON.parse(info!), { name: backend, reason: `LOWRANK_BACKEND=${backend}`, threads: 1 });
      assert.equal(computed, `${backend} 11`);
      assert.equal(said, '', 'no greeting, no warning');
    });

    test('lets other packages require tfjs-node, and get tfjs', () => {
      const { stdout } = run(
        `${load} t.aliasTfjsNode(); ${requireTfjs} console.log(require('@tensorflow/tfjs-node') === tf);`,
        { backend },
      );
      assert.match(stdout, /true\n$/);
    });
  });
}

test('a stray rejection does not end the process that loaded WebAssembly and handles it itself', () => {
  const { stdout, status } = run(
    `process.on('unhandledRejection', () => console.log('handled')); await t.loadBackend(); Promise.reject(new Error('stray'));`,
    { backend: 'wasm' },
  );
  assert.deepEqual([stdout, status], ['handled\n', 0]);
});

test('a native library that does not load is said once, with the reason and what to do', () => {
  const { stdout, said } = run(`${load} ${load}`, { preload: brokenLibrary });
  const [first, second] = stdout.trim().split('\n');
  assert.equal(first, second);
  assert.equal(JSON.parse(first!).name, 'wasm');
  assert.equal(said.trim().split('\n').length, 1);
  assert.match(said, /WebAssembly.*libtensorflow\.so\.2: cannot open shared object file.*npm run doctor/);
});

test('forcing a backend that cannot be had is an error that says why and what to do', () => {
  const { said, status } = run(load, { backend: 'native', preload: brokenLibrary });
  assert.equal(status, 1);
  assert.match(said, /LOWRANK_BACKEND=native.*cannot open shared object file.*npm run doctor/);
});

test('an unknown backend is refused by name', () => {
  const { said, status } = run(load, { backend: 'gpu' });
  assert.equal(status, 1);
  assert.match(said, /LOWRANK_BACKEND is 'gpu'; it must be one of native, wasm, cpu, or unset/);
});

describe('the native backend', { skip: !native && 'the native library does not run here' }, () => {
  test('is chosen where it runs, with its version and threads', (t) => {
    const { stdout, said } = run(`${load} ${requireTfjs} console.log(tf.getBackend());`);
    const [info, current] = stdout.trim().split('\n');
    const { name, tensorflow, threads } = JSON.parse(info!);
    if (name !== 'native') return t.skip(`only ${name} runs here`);
    assert.match(tensorflow, /^\d+\.\d+/);
    assert.ok(threads >= 1);
    assert.equal(current, 'tensorflow');
    assert.equal(said, '');
  });

  test('settings that the user made are left alone', () => {
    const { stdout } = run(
      `await t.loadBackend(); console.log(process.env.TF_NUM_INTRAOP_THREADS, process.env.TF_ENABLE_ONEDNN_OPTS);`,
      { preload: `process.env.TF_NUM_INTRAOP_THREADS = '1'; process.env.TF_ENABLE_ONEDNN_OPTS = '0';` },
    );
    assert.equal(stdout, '1 0\n');
  });

  test('a module that is evaluated again finds what is loaded, and goes on with its handles', (t) => {
    const { stdout, said, status } = run(
      `if ((await t.loadBackend()).name !== 'native') return console.log('skip');
       const math = t.float64Math();
       const x = math.tensor([1, 2], [2]);
       for (const file of Object.keys(require.cache)) if (file.startsWith(${JSON.stringify(compiled)})) delete require.cache[file];
       const again = require(${JSON.stringify(compiled)});
       const y = again.scope(() => again.float64Math().add(x, 1));
       console.log(again !== t, (await again.loadBackend()) === (await t.loadBackend()), again.liveHandles(), [...math.read(y)]);`,
    );
    if (stdout === 'skip\n') return t.skip('the native library does not run here');
    assert.equal(said, '');
    assert.equal(status, 0);
    assert.equal(stdout, 'true true 2 [ 2, 3 ]\n');
  });
});
