export { accuracy } from './accuracy';
export { adam, type AdamOptions } from './adam';
export { validationLossRises, type StoppingRule } from './early-stopping';
export { FullBatch, type BatchPart, type LabelledData } from './full-batch';
export type { History } from './history';
export { constant, randomNormal, type Initializer } from './initializer';
export type { Optimizer, ParameterState } from './optimizer';
export { sgd } from './sgd';
export {
  trainCompressionAware,
  type CompressionAwareBatch,
  type CompressionAwareHistory,
  type CompressionAwareOptions,
  type CompressionAwareResult,
} from './train-compression-aware';
export { trainFullBatch, type FullBatchTrainingOptions, type StepReport } from './train-full-batch';
export { trainTruncated, type TruncatedHistory, type TruncatedTrainingOptions } from './train-truncated';
export { TruncatedClassifier, type DenseWeights, type TruncatedClassifierOptions } from './truncated-classifier';
export { TwoLayerNetwork, type TwoLayerNetworkOptions, type TwoLayerParameters } from './two-layer-network';
export * from './dynamical-low-rank';
export * from './fit';
