// `npm run test:browser -- [--all | notebook…]`: JupyterLab as `npm start` opens it, in a real browser without a window.
// --all also restarts every notebook and runs all of it, in quick mode; names do that with these notebooks only.
import { join, relative } from 'node:path';
import { findBrowser, noBrowser } from './bootstrap/browser.mjs';
import { runCommand } from './bootstrap/entry.mjs';
import { SetupError } from './bootstrap/errors.mjs';
import { updatePrograms } from './bootstrap/programs.mjs';
import { runForeground } from './bootstrap/run.mjs';
import { setUp } from './bootstrap/set-up.mjs';

await runCommand(async (context, args) => {
  const browser = await findBrowser(context);
  if (!browser) throw new SetupError(noBrowser);
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--all');
  if (unknown) throw new SetupError(`The browser test does not know ${unknown}; it knows --all, and names of notebooks.`);
  const notebooks = args.filter((arg) => arg !== '--all');
  await setUp(context, { python: 'required' });
  await updatePrograms(context);

  const folder = join(context.root, '.build', 'test', 'browser');
  const whole = notebooks.length > 0 || args.includes('--all') ? [join(folder, 'every-notebook.js')] : [];
  const tests = notebooks.length > 0 ? [] : [join(folder, 'first-notebook.test.js'), join(folder, 'controls.test.js')];
  const files = [...tests, ...whole].map((path) => relative(context.root, path));
  return runForeground(context, process.execPath, ['--enable-source-maps', '--test', '--test-concurrency=1', '--test-reporter=spec', ...files], {
    cwd: context.root,
    env: { ...context.env, LOWRANK_BROWSER: browser, LOWRANK_BROWSER_NOTEBOOKS: notebooks.join(' ') },
  });
});
