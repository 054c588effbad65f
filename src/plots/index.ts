export { compressionChart, type CompressedLayer, type CompressedModel } from './compression-chart';
export { confusionCounts, confusionMatrix, type ConfusionMatrixOptions } from './confusion-matrix';
export { digitGrid, type DigitGridOptions, type ImageStack } from './digit-grid';
export type { Figure, FigureOptions, Layout, Trace } from './figure';
export { heatmap, type HeatmapOptions, type Matrix } from './heatmap';
export { lineChart, type Line, type LineChartOptions, type Mark } from './line-chart';
export { lossCurves, type LossCurve, type LossCurvesOptions } from './loss-curves';
export { palette } from './palette';
export { renderPng, renderSvg } from './static';
