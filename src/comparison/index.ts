export { equalShareRanks } from './equal-share';
export { comparisonData, type ComparisonData, type ComparisonDataOptions } from './examples';
export { comparisonGrid, type ComparisonGrid, type NetworkGrid } from './grid';
export type { Measures, StoredAs } from './measure';
export type { MethodName } from './methods';
export { networks, type Network, type NetworkName } from './networks';
export {
  readComparison,
  runComparison,
  type ComparisonKey,
  type ComparisonOptions,
  type ComparisonProgress,
  type ComparisonRecord,
  type ComparisonResult,
} from './run-comparison';
export type { Recipe } from './training';
export { paretoFront, summarize, type ComparisonPoint } from './summary';
