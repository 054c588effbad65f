export { cellHost, type CellHost, type DisplayContent } from './cell-host';
