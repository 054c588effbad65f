import type { KernelLayer as ConstrainedLayer } from '../layers/kernel-layer';
import { chooseRank, needsSpectrum, type RankRule } from '../linalg';
import { allocateRanks, largestSavingRank, leastParameters, type LayerRank } from './allocate-ranks';
import type { KernelLayer } from './kernel-layers';
import type { CompressOptions } from './options';

/** The rank that a layer gets, or why it stays as it is. */
export type Decision = { readonly rank: number } | { readonly kept: string };

/** Why a layer stays whatever its singular values are, or the rule of its own; `undefined` where the options hold for all. */
export type Instruction = { readonly kept: string } | { readonly rule: RankRule } | undefined;

/**
 * What `convolutions`, `layers` and `perLayer` say of each layer.
 *
 * @throws RangeError if they leave none, or name one that there is not
 */
export function instructionsFor(layers: readonly KernelLayer[], options: CompressOptions): Instruction[] {
  const instructions = layers.map((layer) => exclusion(layer, options));
  if (options.perLayer !== undefined) applyPatterns(layers, options.perLayer, instructions);
  if (instructions.some(isEligible)) return instructions;
  throw new RangeError(`compress: convolutions, layers and perLayer leave nothing to compress; there are ${names(layers)}`);
}

/** Whether the layer may be compressed. */
export function isEligible(instruction: Instruction): boolean {
  return instruction === undefined || 'rule' in instruction;
}

/**
 * The ranks that the options ask for, one for each layer.
 *
 * @param instructions for the layers, in their order
 * @param modelParameters of the whole model, as it is
 * @param spectrum all singular values of a layer; called only where a rule needs them
 * @throws RangeError or TypeError that names the layer or the option; RangeError if a budget is too small
 */
export function chooseRanks(
  layers: readonly KernelLayer[],
  instructions: readonly Instruction[],
  options: CompressOptions,
  modelParameters: number,
  spectrum: (layer: KernelLayer) => Float64Array,
): Decision[] {
  const eligible = layers.filter((_, at) => isEligible(instructions[at]));
  const budget = budgetOf(options, modelParameters);
  const allocated = budget === undefined ? undefined : allocation(eligible, budget, modelParameters, options, spectrum);
  return layers.map((layer, at) => {
    const rule = instructions[at];
    if (rule !== undefined && 'kept' in rule) return rule;
    if (allocated !== undefined) {
      return largestSavingRank(layer) < 1 ? saving(layer, 1) : decided(layer, allocated.get(layer)!, 'the budget holds it whole');
    }
    if (options.rule !== undefined) return ruled(layer, options.rule, spectrum(layer));
    if (options.rank !== undefined) return ofRank(layer, options.rank);
    return saving(layer, rankOf(layer, rule?.rule ?? { energy: options.energy! }, spectrum));
  });
}

function exclusion({ kind, layer }: KernelLayer, { convolutions, layers }: CompressOptions): Instruction {
  if (kind === 'Conv2D' && convolutions === 'keep') return { kept: 'convolutions are kept' };
  if ((layer as ConstrainedLayer).kernelConstraint) return { kept: 'its kernel has a constraint, which factors cannot keep' };
  return layers === undefined || layers(layer) ? undefined : { kept: 'not among the chosen layers' };
}

/** A name counts before a pattern, and an earlier pattern before a later one. */
function applyPatterns(layers: readonly KernelLayer[], perLayer: NonNullable<CompressOptions['perLayer']>, instructions: Instruction[]): void {
  const patterns = Object.keys(perLayer).sort((a, b) => Number(a.includes('*')) - Number(b.includes('*')));
  const tests = patterns.map((pattern) => ({ pattern, test: matcher(pattern) }));
  const idle = tests.find(({ test }) => !layers.some(({ path }) => test(path)));
  if (idle !== undefined) {
    const allowed = `there are ${names(layers)}`;
    throw new RangeError(`compress: perLayer names '${idle.pattern}', which is no layer that can be compressed; ${allowed}`);
  }
  layers.forEach(({ path }, at) => {
    if (instructions[at] !== undefined) return;
    const rule = perLayer[tests.find(({ test }) => test(path))?.pattern ?? ''];
    instructions[at] = rule === undefined ? { kept: 'not named in perLayer' } : rule === 'keep' ? { kept: 'kept by perLayer' } : { rule };
  });
}

function matcher(pattern: string): (path: string) => boolean {
  const expression = new RegExp(`^${pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`);
  return (path) => expression.test(path);
}

function names(layers: readonly KernelLayer[]): string {
  return layers.map(({ path }) => `'${path}'`).join(', ');
}

function budgetOf({ ratio, maxParameters }: CompressOptions, modelParameters: number): number | undefined {
  // A ratio that was computed from a number of parameters gives that number, whichever way it was rounded.
  return ratio === undefined ? maxParameters : Math.floor((modelParameters / ratio) * (1 + 1e-14));
}

function allocation(
  layers: readonly KernelLayer[],
  budget: number,
  modelParameters: number,
  { ratio }: CompressOptions,
  spectrum: (layer: KernelLayer) => Float64Array,
): Map<KernelLayer, LayerRank> {
  const others = modelParameters - layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const shapes = layers.map(({ rows, columns, parametersPerRank }) => ({ rows, columns, parametersPerRank }));
  const least = others + leastParameters(shapes);
  if (budget < least) {
    const limit = ratio === undefined
      ? `maxParameters is ${budget}; with the layers at rank 1 the model has ${least} parameters, so it must be at least that`
      : `ratio is ${ratio}; with the layers at rank 1 the model has ${least} of its ${modelParameters} parameters, ` +
        `so it must be at most ${modelParameters}/${least} = ${(modelParameters / least).toPrecision(4)}`;
    throw new RangeError(`compress: ${limit}`);
  }
  const ranks = allocateRanks(layers.map((layer, at) => ({ ...shapes[at]!, s: spectrum(layer) })), budget - others);
  return new Map(layers.map((layer, at) => [layer, ranks[at]!]));
}

function ruled(layer: KernelLayer, rule: NonNullable<CompressOptions['rule']>, s: Float64Array): Decision {
  const { path, kind, rows, columns } = layer;
  const rank = rule({ name: path, kind, s: s.slice(), rows, columns });
  return decided(layer, rank === 'keep' ? rank : named(layer, () => chooseRank(() => rank, s, [rows, columns])), 'kept by the rule');
}

function ofRank(layer: KernelLayer, rank: number): Decision {
  const most = Math.min(layer.rows, layer.columns);
  return rank >= most ? { kept: `it has ${most} singular values` } : saving(layer, rank);
}

function rankOf(layer: KernelLayer, rule: RankRule, spectrum: (layer: KernelLayer) => Float64Array): number {
  return named(layer, () => chooseRank(rule, needsSpectrum(rule) ? spectrum(layer) : undefined, [layer.rows, layer.columns]));
}

function decided(layer: KernelLayer, rank: LayerRank, reason: string): Decision {
  return rank === 'keep' ? { kept: reason } : saving(layer, rank);
}

function saving(layer: KernelLayer, rank: number): Decision {
  if (rank <= largestSavingRank(layer)) return { rank };
  const [factors, whole] = [rank * layer.parametersPerRank, layer.rows * layer.columns].map((count) => count.toLocaleString('en-US'));
  return { kept: `factors of rank ${rank} would have ${factors} parameters for ${whole}` };
}

function named<T>(layer: KernelLayer, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof Error) error.message = `compress: layer '${layer.path}': ${error.message}`;
    throw error;
  }
}
