import type { History } from './history';

/** Looks at the history after a step, its newest entries last, and says whether to stop. */
export type StoppingRule = (history: Pick<History, 'loss' | 'validationLoss'>) => boolean;

/**
 * Stops at the first step after the second one whose validation loss is above the step before's. The weights are then
 * those of the last step, not of the best one.
 */
export function validationLossRises(): StoppingRule {
  return ({ validationLoss }) => {
    const step = validationLoss.length - 1;
    return step > 1 && validationLoss[step]! > validationLoss[step - 1]!;
  };
}
