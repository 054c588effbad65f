import { delimiter, join } from 'node:path';
import { existsSync } from 'node:fs';
import { Interrupted, SetupError } from './errors.mjs';
import { run } from './run.mjs';

/** @typedef {import('./context.mjs').Context} Context */

/**
 * A Python that can be used.
 * @typedef {object} Python
 * @property {string} path
 * @property {[number, number]} version
 * @property {boolean} ensurepip whether it can make an environment with pip in it
 * @property {[number, number] | null} pip the version of its own pip
 * @property {boolean} venv
 */

export const oldest = /** @type {const} */ ([3, 10]);
const newest = 14;

const question = `
import importlib.util as u, json, sys
def has(name):
    try: return u.find_spec(name) is not None
    except Exception: return False
def works(name):
    try: return bool(__import__(name))
    except Exception: return False
def pip():
    try:
        import pip
        return [int(n) for n in pip.__version__.split('.')[:2]]
    except Exception: return None
print(json.dumps({'path': sys.executable, 'version': sys.version_info[:2],
                  'ensurepip': works('ensurepip'), 'venv': has('venv'), 'pip': pip()}))
`;

/**
 * The first Python, of `$PYTHON` and those on the PATH, that is new enough; one that can make environments before one
 * that cannot.
 * @param {Context} context
 * @returns {Promise<Python>}
 * @throws {SetupError} if there is none
 */
export async function findPython(context) {
  const names = context.env.PYTHON
    ? [context.env.PYTHON]
    : ['python3', 'python', ...Array.from({ length: newest - oldest[1] + 1 }, (_, i) => `python3.${newest - i}`)];
  /** @type {Python[]} */
  const usable = [];
  const tooOld = [];
  for (const name of names) {
    const found = await ask(context, name);
    if (!found) continue;
    if (found.version[0] < oldest[0] || (found.version[0] === oldest[0] && found.version[1] < oldest[1])) {
      tooOld.push(`${found.path} is ${found.version.join('.')}`);
    } else if (found.venv && found.ensurepip) {
      return found;
    } else {
      usable.push(found);
    }
  }
  if (usable.length > 0) return usable.find(canInstallElsewhere) ?? usable[0];
  const asked = context.env.PYTHON ? `PYTHON=${context.env.PYTHON} is none` : 'none was found on the PATH';
  throw new SetupError(
    `Python ${oldest.join('.')} or newer is needed, and ${tooOld.length > 0 ? tooOld.join(', ') : asked}. ` +
      'Install it (Debian, Ubuntu: `sudo apt install python3 python3-venv`; macOS: `brew install python`), ' +
      'or set PYTHON to its path.',
  );
}

/** Whether its pip can install into another environment (`pip --python`). @param {Python} python */
export const canInstallElsewhere = (python) => python.venv && python.pip !== null && atLeast(python.pip, [22, 3]);

/** What mends a Python that lacks parts which Debian packages apart. @param {Python} python */
export function aptAdvice({ path, version }) {
  const name = ['/usr/bin/python3', '/usr/bin/python'].includes(path) ? 'python3' : `python${version.join('.')}`;
  return `On Debian and Ubuntu: \`sudo apt install ${name}-venv python3-pip\`.`;
}

/** @param {string} environment a virtual environment's folder @param {string} name */
export function programIn(environment, name) {
  return process.platform === 'win32'
    ? join(environment, 'Scripts', `${name}.exe`)
    : join(environment, 'bin', name);
}

/**
 * A command that runs a pip: the project's environment's, else one that some Python has.
 * @param {Context} context
 * @returns {Promise<string[]>}
 * @throws {SetupError} if there is none
 */
export async function pipCommand(context) {
  const own = programIn(join(context.root, '.venv'), 'python');
  const inProject = existsSync(own) ? await ask(context, own) : undefined;
  if (inProject?.pip) return [inProject.path, '-m', 'pip'];
  const python = await findPython(context);
  if (python.pip) return [python.path, '-m', 'pip'];
  throw new SetupError(`${python.path} has no pip. ${aptAdvice(python)}`);
}

/**
 * The environment for pip: the user's index and proxies stay, what would send packages elsewhere goes.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function pipEnvironment(env) {
  const { PIP_USER, PIP_TARGET, PIP_PREFIX, PIP_ROOT, PIP_REQUIRE_VIRTUALENV, PYTHONHOME, ...rest } = env;
  return { ...rest, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };
}

/**
 * @param {Context} context
 * @param {string} name
 * @returns {Promise<Python | undefined>}
 */
async function ask(context, name) {
  if (!name.includes('/') && !onPath(context.env, name)) return undefined;
  try {
    return JSON.parse(await run(context, name, ['-c', question]));
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return undefined;
  }
}

/**
 * Where a program lies on the PATH.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 */
export function onPath(env, name) {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const found = suffixes.map((suffix) => join(folder, name + suffix)).find((path) => folder && existsSync(path));
    if (found) return found;
  }
  return undefined;
}

/**
 * @param {readonly number[]} version
 * @param {readonly number[]} wanted
 */
function atLeast([major, minor], [wantedMajor, wantedMinor]) {
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
