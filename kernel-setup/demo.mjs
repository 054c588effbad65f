// `npm run demo -- [--quick] [--port N] [--output-dir D]`: trains two models, once, and serves a page on which digits are drawn for them.
import { join } from 'node:path';
import { runCommand } from './bootstrap/entry.mjs';
import { buildPage, updatePrograms } from './bootstrap/programs.mjs';
import { runForeground } from './bootstrap/run.mjs';
import { setUp } from './bootstrap/set-up.mjs';

await runCommand(async (context, args) => {
  await setUp(context, { python: 'unused' });
  await updatePrograms(context);
  await buildPage(context);
  const program = join(context.root, '.build', 'kernel-setup', 'demo', 'main.js');
  return runForeground(context, process.execPath, ['--enable-source-maps', program, ...args], { cwd: context.root });
});
