/** tslab's converter, which turns cells into modules, with compiler settings of our own. */
import type * as tslab from 'tslab/dist/converter';
import { ts, typescriptPath, type typescript } from './typescript';

export type Program = typescript.BuilderProgram;
/** Through which the compiler sees files. */
export type CompilerHost = typescript.ProgramHost<Program>;

/** What the compiler is asked for beyond what tslab asks. */
export interface ConverterSettings {
  readonly options: typescript.CompilerOptions;
  /** Wraps each program that the compiler makes. */
  readonly wrap: (program: Program) => Program;
  /** What the compiler's host is to do in another way. */
  readonly host: (host: CompilerHost, system: typescript.System) => Partial<CompilerHost>;
}

let settings: ConverterSettings | undefined;

// tslab has no way to pass settings. But all of them go through this function, so tslab is loaded with a copy of
// the `ts` object in which it adds ours.
const createWatchCompilerHost = (
  rootFiles: string[],
  options: typescript.CompilerOptions,
  system: typescript.System,
  _createProgram: unknown,
  reportDiagnostic: typescript.DiagnosticReporter,
  reportWatchStatus: typescript.WatchStatusReporter,
) => {
  const { options: ours, wrap, host: ourHost } = settings!;
  const createProgram = (...program: Parameters<typeof ts.createAbstractBuilder>) => {
    const compilerHost = program[2] as typescript.CompilerHost & { onReleaseOldSourceFile?: unknown };
    // What one cell imports and the next does not stays parsed for those that follow.
    compilerHost.onReleaseOldSourceFile = undefined;
    return wrap(ts.createAbstractBuilder(...program));
  };
  const all = { ...options, ...ours };
  const host = ts.createWatchCompilerHost(rootFiles, all, system, createProgram, reportDiagnostic, reportWatchStatus);
  return Object.assign(host, ourHost({ ...host }, system));
};

const { createConverter, isCompleteCode } = load();

export { isCompleteCode };

export function createTslabConverter(wanted: ConverterSettings): tslab.Converter {
  settings = wanted;
  return createConverter({ isJS: false, isBrowser: false });
}

function load(): typeof tslab {
  const path = require.resolve('tslab/dist/converter');
  if (require.cache[path]) throw new Error('tslab was loaded before its compiler settings were in place');
  const loaded = require.cache[typescriptPath]!;
  loaded.exports = { ...ts, createWatchCompilerHost };
  try {
    return require(path) as typeof tslab;
  } finally {
    loaded.exports = ts;
  }
}
