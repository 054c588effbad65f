export { cellHost, type CellHost, type DisplayContent } from './cell-host';
export * from './compression';
export * from './data';
export * from './layers';
export * from './linalg';
export * from './notebook';
export * from './plots';
export * from './tensorflow';
export * from './training';
