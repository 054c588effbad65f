// `npm run comparison`: trains what notebook 6 compares and is not in its file of results yet.
import { join } from 'node:path';
import { runCommand } from './bootstrap/entry.mjs';
import { updatePrograms } from './bootstrap/programs.mjs';
import { runForeground } from './bootstrap/run.mjs';
import { setUp } from './bootstrap/set-up.mjs';

await runCommand(async (context, args) => {
  await setUp(context, { python: 'unused' });
  await updatePrograms(context);
  const program = join(context.root, '.build', 'kernel-setup', 'comparison', 'main.js');
  return runForeground(context, process.execPath, ['--enable-source-maps', program, ...args]);
});
