export { cellHost, type CellHost, type DisplayContent } from './cell-host';
export * from './plots';
export * from './notebook';
