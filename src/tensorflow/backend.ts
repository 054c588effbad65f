import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { operationThreads, prepareEnvironment } from './environment';
import { tensorFlowJs } from './tensorflow-js';

type TensorFlowJs = typeof import('@tensorflow/tfjs');

/** TensorFlow's native library, WebAssembly, or plain JavaScript; in this order they are tried. */
export type BackendName = 'native' | 'wasm' | 'cpu';

const backendNames: readonly BackendName[] = ['native', 'wasm', 'cpu'];

/** What computes, and why that one. */
export interface BackendInfo {
  /** TensorFlow's native library, WebAssembly, or plain JavaScript. */
  readonly name: BackendName;
  /** Why this one runs, in one sentence. */
  readonly reason: string;
  /** Version of the native TensorFlow library; absent on the other backends. */
  readonly tensorflow?: string;
  /** Threads that one operation may use. */
  readonly threads: number;
}

/** Survives a re-evaluation of this module: TensorFlow can be loaded only once in a process. */
interface BackendState {
  loading?: Promise<BackendInfo>;
  native?: { readonly module: TensorFlowJs } | { readonly failure: string };
}

const stateKey = Symbol.for('tfjs-lowrank.backend');
const state = ((globalThis as { [key: symbol]: unknown })[stateKey] ??= {}) as BackendState;

/**
 * Loads the fastest backend that this machine has and makes it the current one of TensorFlow.js: native TensorFlow,
 * else WebAssembly, else plain JavaScript. `LOWRANK_BACKEND` forces one. A second call returns the first one's result.
 *
 * Falling back is said once, on the console.
 *
 * @throws if `LOWRANK_BACKEND` names no backend, or one that cannot be loaded here.
 */
export function loadBackend(): Promise<BackendInfo> {
  state.loading ??= load().catch((error: unknown) => {
    state.loading = undefined;
    throw error;
  });
  return state.loading;
}

/**
 * The module of tfjs-node, which is TensorFlow.js and more, or `undefined` where another backend was asked for or the
 * library is missing. Loads it on the first call, and with that makes it the backend.
 */
export function nativeTensorFlow(): TensorFlowJs | undefined {
  const forced = forcedBackend();
  if (forced !== undefined && forced !== 'native') return undefined;
  const native = requireNative();
  return 'module' in native ? native.module : undefined;
}

/** Whether the native library is the backend that TensorFlow.js now computes on. Does not load it. */
export function runsNatively(): boolean {
  return tensorFlowJs().getBackend() === 'tensorflow' && nativeTensorFlow() !== undefined;
}

async function load(): Promise<BackendInfo> {
  const forced = forcedBackend();
  if (forced !== undefined) {
    const info = await attempt(forced, `LOWRANK_BACKEND=${forced}`);
    if ('name' in info) return info;
    throw new Error(
      `LOWRANK_BACKEND=${forced}, but that backend cannot be loaded: ${info.failure}. ` +
        'Unset LOWRANK_BACKEND to use another one, or run `npm run doctor` to see what is missing.',
    );
  }
  const failures: string[] = [];
  for (const name of backendNames) {
    const info = await attempt(name, failures.length === 0 ? 'the fastest that there is' : failures.join('; '));
    if (!('name' in info)) {
      failures.push(`${name}: ${info.failure}`);
      continue;
    }
    if (failures.length > 0) {
      console.warn(`TensorFlow.js runs on ${describe(name)} (${info.reason}). \`npm run doctor\` says what to do.`);
    }
    return info;
  }
  throw new Error(`no TensorFlow.js backend can be loaded: ${failures.join('; ')}`);
}

function describe(name: BackendName): string {
  return { native: 'native TensorFlow', wasm: 'WebAssembly', cpu: 'plain JavaScript, slowly' }[name];
}

function forcedBackend(): BackendName | undefined {
  const value = process.env.LOWRANK_BACKEND;
  if (value === undefined || value === '') return undefined;
  if ((backendNames as readonly string[]).includes(value)) return value as BackendName;
  throw new RangeError(`LOWRANK_BACKEND is '${value}'; it must be one of ${backendNames.join(', ')}, or unset`);
}

async function attempt(name: BackendName, reason: string): Promise<BackendInfo | { readonly failure: string }> {
  switch (name) {
    case 'native':
      return useNative(reason);
    case 'wasm':
      return useWebAssembly(reason);
    case 'cpu':
      return usePlainJavaScript(reason);
  }
}

async function useNative(reason: string): Promise<BackendInfo | { readonly failure: string }> {
  const native = requireNative();
  if ('failure' in native) return native;
  const tf = native.module;
  await tf.setBackend('tensorflow');
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  return { name: 'native', reason, tensorflow: binding.TF_Version, threads: operationThreads() };
}

function requireNative(): NonNullable<BackendState['native']> {
  state.native ??= loadNative();
  return state.native;
}

function loadNative(): NonNullable<BackendState['native']> {
  prepareEnvironment();
  try {
    const folder = dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
    const binding = join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
    if (!existsSync(binding)) return { failure: "tfjs-node's binding is not built" };
    // Before tfjs-node itself, which registers its kernels before it finds out that the library does not load.
    require(binding);
    return { module: require('@tensorflow/tfjs-node') as TensorFlowJs };
  } catch (error) {
    return { failure: firstLine(error) };
  }
}

async function useWebAssembly(reason: string): Promise<BackendInfo | { readonly failure: string }> {
  const before = processListeners();
  try {
    const tf = require('@tensorflow/tfjs') as TensorFlowJs;
    const wasm = require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
    if (!(await tf.setBackend('wasm'))) return { failure: 'the WebAssembly module could not be initialised' };
    return { name: 'wasm', reason, threads: wasm.getThreadsCount() };
  } catch (error) {
    return { failure: firstLine(error) };
  } finally {
    removeListenersAddedSince(before);
  }
}

async function usePlainJavaScript(reason: string): Promise<BackendInfo | { readonly failure: string }> {
  try {
    const tf = require('@tensorflow/tfjs') as TensorFlowJs;
    if (!(await tf.setBackend('cpu'))) return { failure: 'the plain JavaScript backend could not be initialised' };
    withoutGreeting(tf, () => tf.scalar(0).dispose());
    return { name: 'cpu', reason, threads: 1 };
  } catch (error) {
    return { failure: firstLine(error) };
  }
}

/** The plain backend advertises tfjs-node at its first tensor, unless TensorFlow.js is in production mode then. */
function withoutGreeting(tf: TensorFlowJs, makeFirstTensor: () => void): void {
  const production = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    makeFirstTensor();
  } finally {
    tf.env().set('PROD', production);
  }
}

const listenedEvents = ['uncaughtException', 'unhandledRejection'] as const;

function processListeners(): Map<string, Set<Function>> {
  return new Map(listenedEvents.map((event) => [event, new Set(process.listeners(event as never) as Function[])]));
}

/** Emscripten's loader adds handlers that rethrow, which would end a notebook's kernel at the first stray rejection. */
function removeListenersAddedSince(before: Map<string, Set<Function>>): void {
  for (const event of listenedEvents) {
    for (const listener of process.listeners(event as never) as Function[]) {
      if (!before.get(event)!.has(listener)) process.removeListener(event, listener as never);
    }
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim();
}
