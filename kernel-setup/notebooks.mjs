// `npm run notebooks -- [name…] [--quick] [--output-dir D]`: executes notebooks from top to bottom on the real kernel.
import { join } from 'node:path';
import { runCommand } from './bootstrap/entry.mjs';
import { jupyterVariables } from './bootstrap/jupyter.mjs';
import { updatePrograms } from './bootstrap/programs.mjs';
import { runForeground } from './bootstrap/run.mjs';
import { setUp } from './bootstrap/set-up.mjs';

await runCommand(async (context, args) => {
  await setUp(context, { python: 'unused' });
  await updatePrograms(context);
  const runner = join(context.root, '.build', 'kernel-setup', 'notebook-runner', 'main.js');
  return runForeground(context, process.execPath, ['--enable-source-maps', runner, ...args], {
    env: { ...context.env, ...jupyterVariables(context) },
  });
});
