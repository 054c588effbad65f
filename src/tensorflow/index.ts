export { loadBackend, nativeTensorFlow, type BackendInfo, type BackendName } from './backend';
export { aliasTfjsNode } from './tfjs-node-alias';
export * from './random';
