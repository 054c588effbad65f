export {
  trainDynamicalLowRank,
  type DynamicalLowRankEpoch,
  type DynamicalLowRankOptions,
  type DynamicalLowRankResult,
} from './train';
