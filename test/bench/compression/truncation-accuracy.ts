import type { Table } from '../benchmark';
import { TurnTaker } from '../shared/turn-taker';
import { aware, type Observation } from './aware-training';

/** By how much ‖W − A‖ of a truncated kernel may exceed the least possible, relatively. */
const largestExcess = 1e-3;
/** By how much the loss of a step may differ from the one with exact truncations at the same weights, relatively. */
const sameLoss = 1e-2;

export interface Judgement {
  readonly gaps: readonly number[];
  readonly excesses: Readonly<Record<string, readonly number[]>>;
  readonly loss: number | null;
}

/**
 * How near the best ones our truncations are at some steps of the training, and what that does to the loss: at the same weights,
 * since two trainings with σ20/σ21 near 1 drift apart by rounding alone.
 *
 * @throws if they are not near enough for the training to count
 */
export async function truncationAccuracy(ours: TurnTaker, folder: string, steps: readonly number[], tolerances: readonly number[]): Promise<Table> {
  const judge = new TurnTaker('compression/truncation_judge.py', folder);
  try {
    await judge.ready();
    const rows: string[][] = [];
    for (const tolerance of tolerances) {
      const { observations } = await ours.ask<{ observations: Observation[] }>({ observed: steps, tolerance });
      for (const { step, weights, truncated, rows: examples, loss } of observations) {
        const { net, rank } = aware;
        const judgement = await judge.ask<Judgement>({ net, rank, weights, truncated: { ours: truncated }, rows: examples });
        const excesses = judgement.excesses.ours!;
        const difference = Math.abs(loss / judgement.loss! - 1);
        if (!(Math.max(...excesses) <= largestExcess && difference <= sameLoss)) {
          throw new Error(
            `at step ${step} with a tolerance of ${tolerance} the excesses of ‖W − A‖ are ${excesses.join(', ')}; ` +
              `the loss is ${loss}, and ${judgement.loss} with exact truncations`,
          );
        }
        rows.push([
          `${step}, tolerance ${tolerance}`,
          ...[Math.min(...judgement.gaps), Math.max(...judgement.gaps)].map((gap) => gap.toFixed(4)),
          ...excesses.map((excess) => excess.toExponential(1)),
          loss.toFixed(5),
          difference.toExponential(1),
        ]);
      }
    }
    const { rank } = aware;
    const gap = `σ${rank}/σ${rank + 1}`;
    return {
      title: 'excess of ‖W − A‖ over the least, at step',
      header: [`least ${gap}`, `largest ${gap}`, ...[1, 2, 3, 4, 5].map((layer) => `layer ${layer}`), 'loss', 'its relative error'],
      rows,
    };
  } finally {
    await judge.dispose();
  }
}
