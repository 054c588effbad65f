// `npm run bench -- [name…] [--json FILE]`: measures ours and the peers, interleaved.
import { join } from 'node:path';
import { runCommand } from './bootstrap/entry.mjs';
import { updatePrograms } from './bootstrap/programs.mjs';
import { runForeground } from './bootstrap/run.mjs';
import { setUp } from './bootstrap/set-up.mjs';

await runCommand(async (context, args) => {
  await setUp(context, { python: 'unused' });
  await updatePrograms(context);
  const program = join(context.root, '.build', 'test', 'bench', 'main.js');
  return runForeground(context, process.execPath, ['--enable-source-maps', program, ...args]);
});
