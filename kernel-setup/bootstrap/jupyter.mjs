import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { environmentFolder } from './python-environment.mjs';

/** @typedef {import('./context.mjs').Context} Context */

export const kernelName = 'tfjs-lowrank';

/** Beside the notebooks: in which order to read them. */
const guide = 'README.md';

/**
 * Where Jupyter and the kernel keep what they remember: in the project, or in the folder `LOWRANK_JUPYTER`.
 * @param {{ root: string, env?: NodeJS.ProcessEnv }} context
 */
function stateFolder({ root, env = {} }) {
  return env.LOWRANK_JUPYTER ? resolve(env.LOWRANK_JUPYTER) : join(root, '.jupyter');
}

/** Where the kernel remembers what was run. @param {{ root: string, env?: NodeJS.ProcessEnv }} context */
const historyFolder = (context) => join(stateFolder(context), 'history');

/**
 * The variables that keep all that Jupyter and IPython write inside the project, or in the folder `LOWRANK_JUPYTER`.
 * @param {{ root: string, env?: NodeJS.ProcessEnv }} context
 * @returns {Record<string, string>}
 */
export function jupyterVariables(context) {
  const folder = stateFolder(context);
  return {
    JUPYTER_CONFIG_DIR: join(folder, 'config'),
    JUPYTER_DATA_DIR: join(folder, 'data'),
    JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: join(folder, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(folder, 'workspaces'),
    JUPYTER_PREFER_ENV_PATH: '1',
    IPYTHONDIR: join(folder, 'ipython'),
  };
}

/**
 * The variables of a Jupyter that people work in: what they run is remembered where Jupyter keeps its own.
 * @param {{ root: string, env?: NodeJS.ProcessEnv }} context
 * @returns {Record<string, string>}
 */
export const sessionVariables = (context) => ({ ...jupyterVariables(context), LOWRANK_HISTORY: historyFolder(context) });

/** The kernel's specification and JupyterLab's settings, in the Python environment. @type {import('./part.mjs').Part} */
export const kernelSpec = {
  title: () => 'Jupyter kernel "TypeScript (tslab)"',
  lock: 'project',
  problem: async (context) => {
    for (const [path, content] of files(context)) {
      const found = await readFile(path, 'utf8').catch(() => undefined);
      if (found === undefined) return `${path} is missing`;
      if (found !== content) return `${path} is for another place or version`;
    }
    return undefined;
  },
  build: async (context) => {
    for (const [path, content] of files(context)) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, content);
      await rename(`${path}.new`, path);
    }
  },
};

/** @param {Context} context */
export const kernelSpecFile = (context) =>
  join(environmentFolder(context), 'share', 'jupyter', 'kernels', kernelName, 'kernel.json');

/** How Jupyter starts the kernel. @param {Context} context */
export function specification(context) {
  return {
    argv: [
      process.execPath,
      // An endless loop in a timer's callback can be terminated only without them: Node.js would abort.
      '--no-force-async-hooks-checks',
      join(context.root, '.build', 'kernel-setup', 'kernel', 'main.js'),
      // No variable: Jupyter would put it in place of the one that it was started with.
      '--history',
      historyFolder({ root: context.root }),
      '--config-path',
      '{connection_file}',
    ],
    display_name: 'TypeScript (tslab)',
    language: 'typescript',
    interrupt_mode: 'message',
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    metadata: { debugger: false },
  };
}

/** @param {Context} context @returns {[path: string, content: string][]} */
function files(context) {
  const settings = {
    '@jupyterlab/apputils-extension:notification': { checkForUpdates: false, fetchNews: 'false' },
    // The kernel's first completion takes longer than the second that JupyterLab waits, where the machine is busy.
    '@jupyterlab/completer-extension:manager': { providerTimeout: 3000 },
    // The guide is there to be read; Open With has the editor.
    '@jupyterlab/docmanager-extension:plugin': { defaultViewers: { markdown: 'Markdown Preview' } },
    // Leaves room for the notebooks' names.
    '@jupyterlab/filebrowser-extension:browser': { showLastModifiedColumn: false },
  };
  return [
    [kernelSpecFile(context), `${JSON.stringify(specification(context), undefined, 2)}\n`],
    [
      join(environmentFolder(context), 'share', 'jupyter', 'lab', 'settings', 'overrides.json'),
      `${JSON.stringify(settings, undefined, 2)}\n`,
    ],
  ];
}

/**
 * The command line of JupyterLab on the notebooks, with our kernel as its only one and nothing that it asks of the network.
 * @param {{ root: string }} context
 * @param {string[]} args the user's own; ours of the same name are left out, since JupyterLab takes no option twice
 */
export function jupyterLabArguments(context, args) {
  const notebooks = join(context.root, 'notebooks');
  const ours = [
    `--ServerApp.root_dir=${notebooks}`,
    `--MultiKernelManager.default_kernel_name=${kernelName}`,
    `--KernelSpecManager.allowed_kernelspecs=${kernelName}`,
    '--KernelSpecManager.ensure_native_kernel=False',
    // In containers everything runs as root, which Jupyter refuses by default.
    ...(process.getuid?.() === 0 ? ['--ServerApp.allow_root=True'] : []),
    '--LabApp.news_url=None',
    '--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate',
    '--LabApp.extension_manager=readonly',
    ...openingPage(notebooks, args),
  ];
  const given = new Set(args.map(optionName));
  return [...ours.filter((option) => !given.has(optionName(option))), ...args];
}

/** @param {string} arg */
function optionName(arg) {
  const [name] = arg.split('=');
  return name === '--notebook-dir' ? '--ServerApp.root_dir' : name;
}

/**
 * The first page is the guide of the folder that JupyterLab shows, unless the user names a file or a page.
 * @param {string} notebooks the folder where JupyterLab starts
 * @param {string[]} args
 */
function openingPage(notebooks, args) {
  if (args.some((arg) => /^--(\w+\.)?(default_url|file_to_run)\b/.test(arg))) return [];
  let folder = notebooks;
  for (const arg of args) {
    const [, value] = /^--(?:\w+\.root_dir|notebook-dir)=(.*)$/.exec(arg) ?? [];
    const path = resolve(notebooks, value ?? arg);
    if (!existsSync(path)) continue;
    if (!statSync(path).isDirectory()) return [];
    folder = path;
  }
  return existsSync(join(folder, guide)) ? [`--LabApp.default_url=/lab/tree/${guide}`] : [];
}
