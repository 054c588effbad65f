// `npm start`: sets everything up, once, then opens JupyterLab on notebooks/. Arguments after `--` go to JupyterLab.
import { join } from 'node:path';
import { runCommand } from './bootstrap/entry.mjs';
import { jupyterLabArguments, sessionVariables } from './bootstrap/jupyter.mjs';
import { updatePrograms } from './bootstrap/programs.mjs';
import { environmentFolder } from './bootstrap/python-environment.mjs';
import { programIn } from './bootstrap/python.mjs';
import { runForeground } from './bootstrap/run.mjs';
import { setUp } from './bootstrap/set-up.mjs';

await runCommand(async (context, args) => {
  await setUp(context, { python: 'required' });
  await updatePrograms(context);
  context.say('Opening JupyterLab on notebooks/; Ctrl-C ends it.');
  return runForeground(context, programIn(environmentFolder(context), 'python'), [
    '-m', 'jupyterlab', ...jupyterLabArguments(context, args),
  ], {
    // Where a kernel starts that belongs to no notebook.
    cwd: join(context.root, 'notebooks'),
    env: { ...context.env, ...sessionVariables(context) },
  });
});
