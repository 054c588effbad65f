import { nativeTensorFlow } from './backend';

/**
 * Lets third-party packages that require '@tensorflow/tfjs-node' load where the native library is missing or another
 * backend was asked for: they get '@tensorflow/tfjs' instead. Does nothing where the native library runs.
 *
 * @param requirer file name of a module of that package, where its own copy of tfjs-node might be found instead of ours
 */
export function aliasTfjsNode(requirer = __filename): void {
  if (nativeTensorFlow() !== undefined) return;
  const target = require.resolve('@tensorflow/tfjs');
  require(target);
  const alias = require.resolve('@tensorflow/tfjs-node', { paths: [requirer] });
  require.cache[alias] = require.cache[target];
}
