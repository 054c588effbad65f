export { cellHost, type CellHost, type DisplayContent } from './cell-host';
export * from './data';
export * from './plots';
export * from './notebook';
