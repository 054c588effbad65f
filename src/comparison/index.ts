export { equalShareRanks } from './equal-share';
export { comparisonData, type ComparisonData, type ComparisonDataOptions, type ImagesAndTargets } from './examples';
export { comparisonGrid, type ComparisonGrid, type NetworkGrid } from './grid';
export type { ModelMeasures, StoredAs } from './measure';
export type { ComparisonMethod } from './methods';
export { comparisonNetworks, type ComparisonNetwork, type ComparisonNetworkName } from './networks';
export {
  readComparison,
  runComparison,
  type ComparisonKey,
  type ComparisonOptions,
  type ComparisonProgress,
  type ComparisonRecord,
  type ComparisonResult,
} from './run-comparison';
export { summarize, type ComparisonPoint } from './summary';
export type { TrainingRecipe } from './training';
