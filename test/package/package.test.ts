import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { projectRoot } from '../support/project';
import { emptyProject, pack, temporaryFolder } from './empty-project';
import { loadWithoutNode } from './without-node';

interface PackageJson {
  readonly browser: Readonly<Record<string, false>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const { browser, peerDependencies, peerDependenciesMeta, devDependencies } =
  JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as PackageJson;

/** In a program: the packages whose modules are loaded, but for ml-matrix and what it brings. */
const loadedPackages = `
  const loadedPackages = () => [...new Set(Object.keys(require.cache)
    .map((path) => /.*node_modules.((?:@[^/\\\\]+.)?[^/\\\\]+)/.exec(path)?.[1] ?? 'tfjs-lowrank'))]
    .filter((name) => !/^(ml-|is-any-array)/.test(name));`;

const use = `
  import * as tf from '@tensorflow/tfjs';
  import { fit, truncatedSVD, type FitHistory, type TruncatedSVD } from 'tfjs-lowrank';
  const matrix = tf.tensor2d([[3, 0], [0, 2]]);
  export const leading: TruncatedSVD = truncatedSVD(matrix, 1);
  export const history: Promise<FitHistory> = fit(tf.sequential(), matrix, matrix, { epochs: 1 });
  // @ts-expect-error: the types are there
  truncatedSVD('matrix', 1);`;

const useNotebook = `
  import { lineChart, loadMnist, type Figure, type Mnist } from 'tfjs-lowrank/notebook';
  export const figure: Figure = lineChart([{ name: 'loss', y: [2, 1] }], { xLabel: 'step', yLabel: 'loss' });
  export const mnist: Promise<Mnist> = loadMnist();
  // @ts-expect-error: the types are there
  lineChart('losses');`;

test('the package', async (t) => {
  const folder = temporaryFolder();
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const tarball = await pack(folder);
  t.diagnostic(`${tarball.filename}: ${(tarball.size / 1e3).toFixed()} kB, ${(tarball.unpackedSize / 1e3).toFixed()} kB unpacked`);

  await t.test('holds what was compiled, what it says about itself, and no more', () => {
    const others = tarball.files.map(({ path }) => path).filter((path) => !/^dist\/.*(\.d\.m?ts|\.m?js)$/.test(path));
    assert.deepEqual(others.sort(), ['LICENSE', 'README.md', 'package.json']);
    assert.ok(tarball.size < 1e6, `${tarball.size} bytes`);
  });

  await t.test('asks for the versions that are tested here, and insists on TensorFlow.js alone', () => {
    for (const [name, range] of Object.entries(peerDependencies)) assert.equal(range, `^${devDependencies[name]}`, name);
    assert.deepEqual(Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional), ['@tensorflow/tfjs']);
  });

  await t.test('loads neither TensorFlow.js nor what charts need, though all is there, and leaves the backend as it is', async () => {
    const program = `${loadedPackages}
      const library = require('./dist/library.js');
      require('./dist/notebook-entry.js');
      const imported = loadedPackages();
      const tf = require('@tensorflow/tfjs');
      tf.setBackend('cpu').then(() => {
        const { s } = library.truncatedSVD(tf.tensor2d([[3, 0], [0, 2]]), 1);
        library.float64Math();
        const native = loadedPackages().includes('@tensorflow/tfjs-node');
        console.log(JSON.stringify({ imported, s: [...s.dataSync()], backend: tf.getBackend(), native }));
      });`;
    const { LOWRANK_BACKEND: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: projectRoot, env });
    assert.deepEqual(JSON.parse(stdout), { imported: ['tfjs-lowrank'], s: [3], backend: 'cpu', native: false });
  });

  await t.test('runs nothing of Node while the library is loaded, so that a page can be bundled with it', () => {
    const { svd } = loadWithoutNode(join(projectRoot, 'dist', 'library.js'), Object.keys(browser));
    assert.equal(typeof svd, 'function');
  });

  const project = await emptyProject(folder, tarball);
  if (project === undefined) {
    assert.ok(process.env.CI !== 'true', 'the npm registry cannot be reached');
    return t.skip('the package is not installed: the npm registry cannot be reached');
  }

  await t.test('brings none of the packages that only some need', () => {
    const brought = Object.keys(peerDependenciesMeta).filter((name) => existsSync(join(project.root, 'node_modules', name)));
    assert.deepEqual(brought, []);
  });

  for (const entry of ['tfjs-lowrank', 'tfjs-lowrank/notebook']) {
    await t.test(`${entry} is one instance for CommonJS and ES modules`, async () => {
      const program = `
        import { createRequire } from 'node:module';
        import * as imported from '${entry}';
        const required = createRequire(import.meta.url)('${entry}');
        const names = Object.keys(required);
        console.log(JSON.stringify({
          exports: names.length,
          missing: names.filter((name) => !(name in imported)),
          others: Object.keys(imported).filter((name) => imported[name] !== required[name]),
        }));`;
      const { exports, ...differences } = (await project.run('instances.mjs', program)) as { exports: number };
      assert.ok(exports > 10);
      assert.deepEqual(differences, { missing: [], others: [] });
    });
  }

  await t.test('computes and trains from an ES module, on plain TensorFlow.js', async () => {
    const program = `
      import * as tf from '@tensorflow/tfjs';
      import { fit, truncatedSVD } from 'tfjs-lowrank';
      tf.env().set('PROD', true);
      const matrix = tf.tensor2d([[3, 0], [0, 2]]);
      const { s } = truncatedSVD(matrix, 1);
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
      model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });
      const { history: { loss } } = await fit(model, matrix, tf.tensor2d([[1], [2]]), { epochs: 3, batchSize: 2, verbose: 0 });
      console.log(JSON.stringify({ s: [...s.dataSync()], falls: loss[2] < loss[0], backend: tf.getBackend() }));`;
    assert.deepEqual(await project.run('compute.mjs', program), { s: [3], falls: true, backend: 'cpu' });
  });

  await t.test("has a notebook's functions, which need no other package until a picture is drawn", async () => {
    const program = `
      const { lineChart, renderSvg, syntheticDigits } = require('tfjs-lowrank/notebook');
      const figure = lineChart([{ name: 'loss', y: [2, 1] }], { xLabel: 'step', yLabel: 'loss' });
      const report = (error) => console.log(JSON.stringify([figure.data.length, typeof syntheticDigits, error?.code]));
      (async () => renderSvg(figure))().then(report, report);`;
    assert.deepEqual(await project.run('notebook.cjs', program), [1, 'function', 'MODULE_NOT_FOUND']);
  });

  for (const kind of ['mts', 'cts']) {
    project.write(`use.${kind}`, use);
    project.write(`use-notebook.${kind}`, useNotebook);
  }
  const library = ['use.mts', 'use.cts'];

  await t.test('type-checks', async () => {
    assert.deepEqual(await project.typeCheck('typescript', 'node16', library), []);
  });

  for (const [version, compiler] of [['7', 'typescript'], ['5.0.4', '@tslab/typescript-for-tslab']] as const) {
    for (const moduleResolution of ['node16', 'bundler'] as const) {
      await t.test(`type-checks with the notebook entry, but for danfojs: TypeScript ${version}, ${moduleResolution}`, async () => {
        const messages = await project.typeCheck(compiler, moduleResolution, [...library, 'use-notebook.mts', 'use-notebook.cts']);
        assert.equal(messages.length, 1, messages.join('\n'));
        assert.match(messages[0]!, /^node_modules\/tfjs-lowrank\/dist\/notebook\/data-frame\.d\.ts.* Cannot find module 'danfojs-node'/);
      });
    }
  }
});
