export { banner } from './banner';
export { compressionTable } from './compression-table';
export { dataFrame } from './data-frame';
export { display, type DisplayHandle } from './display';
export { jupyterDisplay, type Displayable, type MimeBundle } from './displayable';
export { progressBar, type ProgressBar, type ProgressBarOptions } from './progress-bar';
export { show, type ShownFigure } from './show';
export { showValue } from './show-value';
export { table, type DataFrameLike, type Row, type Table, type TableColumn, type TableOptions } from './table';
