import { availableParallelism } from 'node:os';

const defaults = {
  /** Errors and warnings only: TensorFlow otherwise greets on the process's stderr. */
  TF_CPP_MIN_LOG_LEVEL: () => '2',
  /** Off by default on AMD processors, where it makes products with a transposed operand two to three times slower. */
  TF_ENABLE_ONEDNN_OPTS: () => '1',
  TF_NUM_INTRAOP_THREADS: () => String(availableParallelism()),
  TF_NUM_INTEROP_THREADS: () => String(availableParallelism()),
  /** Else the first session's threads are those of every later one, whatever its configuration says. */
  TF_OVERRIDE_GLOBAL_THREADPOOL: () => '1',
} as const;

/** Sets what the native library reads once, at its import; a variable that is already set is left alone. */
export function prepareEnvironment(): void {
  for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value();
  restoreIsNullOrUndefined();
}

/** Number of threads that one TensorFlow operation may use. */
export function operationThreads(): number {
  return Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism();
}

/** tfjs-node 4.22.0 calls `util.isNullOrUndefined`, which Node 23 removed. */
function restoreIsNullOrUndefined(): void {
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
