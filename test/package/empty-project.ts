import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../support/project';

const execute = promisify(execFile);

/** What `npm pack --json` says. */
export interface Tarball {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** A folder of its own, outside of this project. */
export const temporaryFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'tfjs-lowrank-package-')));

/** `npm run build && npm pack`, the tarball put into `folder`. */
export async function pack(folder: string): Promise<Tarball> {
  await npm(projectRoot, 'run', 'build');
  const [tarball] = JSON.parse(await npm(projectRoot, 'pack', '--json', '--pack-destination', folder)) as Tarball[];
  return tarball!;
}

/**
 * A project in `folder` with TensorFlow.js and the tarball, from npm's cache and, for what is not there, from the registry.
 * `undefined` where the registry is needed and cannot be reached.
 */
export async function emptyProject(folder: string, tarball: Tarball): Promise<EmptyProject | undefined> {
  const root = join(folder, 'project');
  mkdirSync(root);
  writeFileSync(join(root, 'package.json'), '{ "private": true }');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=0', '--fetch-timeout=60000'];
  try {
    await npm(root, 'install', ...options, join(folder, tarball.filename), '@tensorflow/tfjs@4.22.0');
  } catch (error) {
    // Asked for anew: what npm says where it cannot fetch a package is as often that versions conflict.
    const reached = await npm(root, 'view', 'ml-matrix', 'version', '--prefer-online', '--fetch-retries=0').then(() => true, () => false);
    if (reached) throw error;
    return undefined;
  }
  return new EmptyProject(root);
}

export class EmptyProject {
  constructor(readonly root: string) {}

  write(name: string, text: string): void {
    writeFileSync(join(this.root, name), text);
  }

  /** Runs a program in the project; what it prints as JSON. */
  async run(name: string, text: string): Promise<unknown> {
    this.write(name, text);
    const { NODE_OPTIONS: _, LOWRANK_BACKEND: __, ...env } = process.env;
    return JSON.parse((await execute(process.execPath, [name], { cwd: this.root, env })).stdout);
  }

  /**
   * Compiles `files` under `strict`, and with them all declarations that they lead to.
   *
   * @param compiler name of the package whose `bin/tsc` runs
   * @returns the compiler's messages, without those about the declarations of other packages, TensorFlow.js among them
   */
  async typeCheck(compiler: string, moduleResolution: 'node16' | 'bundler', files: readonly string[]): Promise<string[]> {
    const module = moduleResolution === 'node16' ? 'node16' : 'esnext';
    const compilerOptions = { strict: true, noEmit: true, target: 'es2022', lib: ['es2022', 'dom'], types: [], module, moduleResolution };
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    const tsc = join(projectRoot, 'node_modules', compiler, 'bin', 'tsc');
    const { stdout } = await execute(process.execPath, [tsc, '--pretty', 'false', '--project', '.'], { cwd: this.root, maxBuffer: 2 ** 26 })
      .catch((error: { stdout: string }) => error);
    return stdout.split('\n').filter((line) => /^(error|use|node_modules\/tfjs-lowrank\/)/.test(line));
  }
}

/** The npm that runs the tests, if one does. */
async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { npm_execpath: cli, npm_config_local_prefix: _, ...env } = process.env;
  const [command, ...first] = cli === undefined ? ['npm'] : [process.execPath, cli];
  return (await execute(command!, [...first, ...args], { cwd, env, maxBuffer: 2 ** 26 })).stdout;
}
