export * as attribute from './attributes';
export type { Attribute } from './attributes';
export type { DataType } from './data-types';
export { NativeTensor, nativeTensor } from './native-tensor';
export { runOp, type OpArguments } from './run-op';
