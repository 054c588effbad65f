import type { ComparisonMethod } from './methods';
import type { ComparisonNetworkName } from './networks';
import type { TrainingRecipe } from './training';

/** What is compared on one network. */
export interface NetworkGrid {
  readonly network: ComparisonNetworkName;
  /** Parameters that a small net may have. */
  readonly budgets: readonly number[];
  readonly seeds: readonly number[];
  readonly methods: readonly ComparisonMethod[];
  /** Of the net that all methods start from. */
  readonly start: TrainingRecipe;
  /** Of the training after, or with, the cut. */
  readonly further: TrainingRecipe;
}

/** What is compared; a network may stand in it several times, with other budgets or seeds for other methods. */
export type ComparisonGrid = readonly NetworkGrid[];

const all: readonly ComparisonMethod[] = [
  'SVD', 'SVD, refined', 'compression-aware', 'through the truncation', 'U-S-V', 'DLRT', 'library', 'library, refined',
];

const small = { start: { epochs: 20, batchSize: 32 }, further: { epochs: 6, batchSize: 128 } };
const large = { start: { epochs: 8, batchSize: 128 }, further: { epochs: 10, batchSize: 500 } };

/** The committed comparison. The last two networks are those with published low-rank results. */
export const comparisonGrid: ComparisonGrid = [
  {
    ...small,
    network: '784-100-50-10',
    budgets: [60_000, 48_410, 35_000, 24_180, 17_000, 11_728, 8_000, 5_000],
    seeds: [0, 1, 2, 3, 4],
    methods: all,
  },
  { ...large, network: '784-5×1024-10', budgets: [430_000, 215_370, 107_000, 54_000], seeds: [0, 1, 2], methods: all },
  {
    network: '784-4×500-10',
    budgets: [287_252, 155_271],
    seeds: [0, 1, 2, 3, 4],
    methods: ['library, refined'],
    start: { epochs: 10, batchSize: 128 },
    further: { epochs: 12, batchSize: 128 },
  },
  {
    network: 'LeNet-5',
    budgets: [13_091],
    seeds: [0, 1, 2, 3, 4],
    methods: ['library, refined'],
    start: { epochs: 6, batchSize: 128 },
    further: { epochs: 8, batchSize: 128 },
  },
];
