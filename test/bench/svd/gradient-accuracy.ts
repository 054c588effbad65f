import type { Table } from '../benchmark';
import { TurnTaker } from '../shared/turn-taker';

/** How exact our gradients of W1 are at some steps of a training, and PyTorch's of the same matrices beside them. */
export async function gradientAccuracy(ours: TurnTaker, steps: readonly number[], rank: number): Promise<Table> {
  const judge = new TurnTaker('svd/gradient_judge.py');
  try {
    await judge.ready();
    const { files } = await ours.ask<{ files: Record<string, string>[] }>({ observed: steps });
    const rows: string[][] = [];
    for (const [i, step] of steps.entries()) {
      const request = { shape: [784, 1024], rank, ...files[i] };
      const { gap, error, pytorch } = await judge.ask<{ gap: number; error: number; pytorch: number }>(request);
      rows.push([String(step), gap.toFixed(4), error.toExponential(1), pytorch.toExponential(1)]);
    }
    return {
      title: 'gradient of W1, at step',
      header: [`σ${rank}/σ${rank + 1}`, 'relative error', "PyTorch's relative error"],
      rows,
    };
  } finally {
    await judge.dispose();
  }
}
