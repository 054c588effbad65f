export { loadBackend, nativeTensorFlow, type BackendInfo, type BackendName } from './backend';
export { aliasTfjsNode } from './tfjs-node-alias';
export * from './random';
export * from './float64';
export { keep, liveHandles, scope, type Handle } from './handles';
export { attribute, nativeTensor, runOp, type NativeTensor, type OpArguments } from './native';
export * from './compiler';
