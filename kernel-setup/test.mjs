// `npm test -- [part of a file's name…]`: sets up what the tests need, type-checks everything, and runs the tests; those of the
// library a second time, on WebAssembly.
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asset } from './bootstrap/context.mjs';
import { runCommand } from './bootstrap/entry.mjs';
import { SetupError } from './bootstrap/errors.mjs';
import { jupyterVariables } from './bootstrap/jupyter.mjs';
import { buildPage, buildPrograms, checkSetup } from './bootstrap/programs.mjs';
import { runForeground } from './bootstrap/run.mjs';
import { setUp } from './bootstrap/set-up.mjs';

/** @typedef {import('./bootstrap/context.mjs').Context} Context */

await runCommand(async (context, args) => {
  const readiness = await setUp(context, { python: 'optional' });
  context.say('Type-checking src, test and kernel-setup');
  await checkSetup(context);
  await buildPrograms(context);
  await buildPage(context);

  const options = args.filter((arg) => arg.startsWith('-'));
  const files = await testFiles(context, args.filter((arg) => !arg.startsWith('-')));
  const folder = await mkdtemp(join(tmpdir(), 'tfjs-lowrank-test-'));
  try {
    const skipped = join(folder, 'left-out');
    const reporter = [
      '--test-reporter=spec', '--test-reporter-destination=stdout',
      `--test-reporter=${pathToFileURL(asset('left-out-reporter.mjs'))}`, `--test-reporter-destination=${skipped}`,
    ];
    const status = await runTests(context, [...reporter, ...options, ...files]);
    const again = readiness.native.ready && !context.env.LOWRANK_BACKEND ? files.filter(ofLibrary) : [];
    if (again.length > 0) context.say('The tests of the library once more, on WebAssembly');
    const onWebAssembly = again.length > 0 ? await runTests(context, ['--test-reporter=spec', ...options, ...again], { LOWRANK_BACKEND: 'wasm' }) : 0;
    context.say(leftOut(readiness, await readFile(skipped, 'utf8').catch(() => '')));
    return status || onWebAssembly;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/**
 * @param {Context} context
 * @param {string[]} options
 * @param {Record<string, string>} [variables]
 */
function runTests(context, options, variables = {}) {
  const concurrency = `--test-concurrency=${Math.max(2, availableParallelism() - 1)}`;
  return runForeground(context, process.execPath, ['--enable-source-maps', '--test', concurrency, ...options], {
    cwd: context.root,
    env: { ...context.env, ...jupyterVariables(context), ...variables },
  });
}

/**
 * What computes on whichever backend there is.
 * @param {string} file
 */
function ofLibrary(file) {
  return ['compression', 'layers', 'linalg', 'notebook', 'training'].some((folder) => file.startsWith(join('.build', 'test', folder, '/')));
}

/**
 * The compiled test files whose names hold one of the words, or all.
 * @param {Context} context
 * @param {string[]} words
 */
async function testFiles({ root }, words) {
  const folder = join(root, '.build', 'test');
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith('.test.js'))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .sort();
  if (names.length === 0) throw new SetupError(`No test file below test/ has a name with ${words.join(' or ')} in it.`);
  return names.map((name) => relative(root, join(folder, name)));
}

/**
 * @param {import('./bootstrap/set-up.mjs').Readiness} readiness
 * @param {string} skipped lines of the reporter
 */
function leftOut({ native, python }, skipped) {
  const parts = [];
  if (!native.ready) parts.push(`native TensorFlow (${oneLine(native.reason)})`);
  if (!python.ready) parts.push(`JupyterLab (${oneLine(python.reason)})`);
  /** @type {Map<string, number>} */
  const reasons = new Map();
  for (const line of skipped.split('\n').filter(Boolean)) {
    const { name, reason } = JSON.parse(line);
    reasons.set(reason || name, (reasons.get(reason || name) ?? 0) + 1);
  }
  for (const [reason, count] of reasons) parts.push(`${count} ${count === 1 ? 'test' : 'tests'} (${oneLine(reason)})`);
  return parts.length === 0 ? 'Nothing was left out.' : `Left out: ${parts.join('; ')}.`;
}

/** @param {string} text */
function oneLine(text) {
  return text.split('\n')[0].replace(/\.$/, '');
}
