import type * as tf from '@tensorflow/tfjs';
import type { RankRule } from '../linalg';
import type { LayerRank } from './allocate-ranks';
import type { FactorOptions } from './kernel-layers';

/**
 * A layer as a rule of one's own sees it: its kernel is a matrix of rows × columns, and s are the min(rows, columns) singular values,
 * descending, of the kernel or, as `inputs` says, of its outputs.
 */
export interface RuledLayer {
  /** As in the report: 'encoder/dense_1'. */
  readonly name: string;
  readonly kind: 'Dense' | 'Conv2D';
  /** [min(rows, columns)], descending. */
  readonly s: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** How ranks are chosen; exactly one of these is given. */
export interface RankChoice {
  /** The rank of every layer; layers that have no more singular values stay as they are. An integer above 0. */
  readonly rank?: number;
  /** The share of Σ s² that each layer keeps at the least, in (0, 1]. */
  readonly energy?: number;
  /**
   * The whole model has at most the r-th part of its parameters, spread over the layers by `allocateRanks`, so that the least energy
   * that any of them keeps is the largest possible; at least 1.
   */
  readonly ratio?: number;
  /** How many parameters the whole model may have, all that `countParams` counts, spread likewise; an integer. */
  readonly maxParameters?: number;
  /** A rule, or 'keep', by the name of a layer or by a pattern in which * stands for anything; layers that are not named stay. */
  readonly perLayer?: Readonly<Record<string, RankRule | 'keep'>>;
  /** The rank of each layer, or 'keep'. */
  readonly rule?: (layer: RuledLayer) => LayerRank;
}

/** How `compress` chooses ranks, makes factors, and which layers it leaves alone. */
export interface CompressOptions extends RankChoice, FactorOptions {
  /** The layers that may be compressed; by default all dense and convolution layers. */
  readonly layers?: (layer: tf.layers.Layer) => boolean;
  /**
   * Examples as for `model.predict`, some hundred to some thousand, of the kind that the model is for. Each layer's factors are
   * then the best ones for what its kernel makes of them in the original model rather than for the kernel; its singular values are
   * the roots of the outputs' variances along their principal components (of their mean squares, where there is no bias, or one with
   * a constraint), so that energy is the share of the variance.
   *
   * Layers within models in the model, convolutions in the form 'spatial', layers whose outputs do not vary, and models with a
   * state are approximated by their weights all the same, as the report says. A layer of n units or filters takes the
   * memory of a few matrices n × n.
   */
  readonly inputs?: tf.Tensor | readonly tf.Tensor[];
}

const choices = ['rank', 'energy', 'ratio', 'maxParameters', 'perLayer', 'rule'] as const;
const others = ['convolutions', 'factors', 'singularValues', 'execution', 'layers', 'inputs'] as const;

const allowed: Readonly<Record<string, readonly unknown[]>> = {
  convolutions: ['channel', 'spatial', 'keep'],
  factors: [2, 3],
  singularValues: ['left', 'balanced', 'right'],
  execution: ['auto', 'factorised', 'reconstructed'],
};

/** @throws TypeError if not exactly one way of choosing ranks is given, or an option is none; RangeError if one is out of range */
export function checkCompressOptions(options: CompressOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`compress: options is ${String(options)}; it must be an object with one of ${choices.join(', ')}`);
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name] of given) {
    if (!([...choices, ...others] as string[]).includes(name)) {
      throw new TypeError(`compress: there is no option ${name}; the options are ${[...choices, ...others].join(', ')}`);
    }
  }
  const chosen = given.map(([name]) => name).filter((name) => (choices as readonly string[]).includes(name));
  if (chosen.length !== 1) {
    const found = chosen.length === 0 ? 'no option tells the ranks' : `${chosen.join(' and ')} exclude each other`;
    throw new TypeError(`compress: ${found}; give exactly one of ${choices.join(', ')}`);
  }
  for (const [name, value] of given) {
    if (name in allowed && !allowed[name]!.includes(value)) {
      throw new RangeError(`compress: ${name} is ${shown(value)}; it must be ${allowed[name]!.map((each) => JSON.stringify(each)).join(' or ')}`);
    }
  }
  checkNumbers(options);
  if (options.layers !== undefined) checkFunction('layers', options.layers);
  if (options.rule !== undefined) checkFunction('rule', options.rule);
  const { perLayer } = options;
  if (perLayer !== undefined && (typeof perLayer !== 'object' || perLayer === null || Object.keys(perLayer).length === 0)) {
    throw new TypeError('compress: perLayer names no layer; it must be an object of rules by the names of layers');
  }
}

function checkNumbers({ rank, energy, ratio, maxParameters }: RankChoice): void {
  if (rank !== undefined && !(Number.isInteger(rank) && rank >= 1)) {
    throw new RangeError(`compress: rank is ${shown(rank)}; it must be an integer above 0`);
  }
  if (energy !== undefined && !(energy > 0 && energy <= 1)) {
    throw new RangeError(`compress: energy is ${shown(energy)}; it must be above 0 and at most 1`);
  }
  if (ratio !== undefined && !(ratio >= 1 && ratio < Infinity)) {
    throw new RangeError(`compress: ratio is ${shown(ratio)}; it must be a finite number, at least 1`);
  }
  if (maxParameters !== undefined && !(Number.isInteger(maxParameters) && maxParameters >= 1)) {
    throw new RangeError(`compress: maxParameters is ${shown(maxParameters)}; it must be an integer above 0`);
  }
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`compress: ${name} is ${shown(value)}; it must be a function`);
}

function shown(value: unknown): string {
  return typeof value === 'number' || value === undefined ? String(value) : JSON.stringify(value);
}
