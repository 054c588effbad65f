export { loadBackend, nativeTensorFlow, type BackendInfo, type BackendName } from './backend';
export { aliasTfjsNode } from './tfjs-node-alias';
export * from './random';
export * from './float64';
export { keep, liveHandles, scope } from './handles';
export { attribute, compile, nativeTensor, runOp, type CompiledGraph, type NativeTensor, type OpArguments } from './native';
