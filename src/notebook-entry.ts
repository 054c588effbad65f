/**
 * What a notebook imports as `tfjs-lowrank/notebook`, beside the library.
 *
 * @module tfjs-lowrank/notebook
 */
export { cellHost, type CellHost, type DisplayContent } from './cell-host';
export * from './data';
export * from './notebook';
export * from './plots';
export * from './comparison';
