export { adam, type AdamOptions } from './adam';
export { validationLossRises, type StoppingRule } from './early-stopping';
export type { LabelledData } from './full-batch';
export type { History } from './history';
export { constant, randomNormal, type Initializer } from './initializer';
export type { Optimizer, OptimizerRun } from './optimizer';
export { sgd } from './sgd';
export { trainFullBatch, type FullBatchTrainingOptions, type StepReport } from './train-full-batch';
export { TwoLayerNetwork, type TwoLayerNetworkOptions } from './two-layer-network';
