import type * as TensorFlow from '@tensorflow/tfjs';
import type * as WebAssemblyBackend from '@tensorflow/tfjs-backend-wasm';

/** TensorFlow.js, as its own script left it. */
export const tf = (globalThis as unknown as { readonly tf: typeof TensorFlow & { readonly wasm: typeof WebAssemblyBackend } }).tf;

/** WebAssembly where it runs, which for one small image is faster than a graphics card; else what TensorFlow.js chooses. */
export async function startBackend(): Promise<string> {
  tf.wasm.setWasmPaths('tensorflow/');
  if (!(await tf.setBackend('wasm').catch(() => false))) await tf.ready();
  return tf.getBackend();
}
