import { product } from '../../compression/counts';
import type { MimeBundle } from '../displayable';
import { labelAlone, labelledText } from './labelled';

/** Of examples, whose number is not known. */
export type Shape = readonly (number | null)[];

/** A weight of a layer. */
export interface WeightLike {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype?: string;
}

/** What is read of a TensorFlow.js layer; known by its parts. */
export interface LayerLike {
  readonly name: string;
  readonly weights: readonly WeightLike[];
  readonly trainableWeights: readonly WeightLike[];
  readonly outputShape: Shape | readonly Shape[];
  /** Of a low-rank layer. */
  readonly rank?: number;
  /** Of an SVD layer: which of its singular values are in use. */
  readonly active?: readonly boolean[];
  getClassName(): string;
  getConfig(): unknown;
}

export function isLayer(value: object): value is LayerLike {
  const { name, getClassName, getConfig } = value as Partial<LayerLike>;
  return typeof name === 'string' && typeof getClassName === 'function' && typeof getConfig === 'function' && 'trainableWeights' in value;
}

/** `Dense 'hidden' → [batch, 100], 78,500 parameters`. */
export function layerLabel(layer: LayerLike): string {
  const rank = rankOf(layer);
  const count = `${parameters(layer.weights).toLocaleString('en-US')} parameters`;
  return `${layer.getClassName()} '${layer.name}' → ${outputShape(layer) ?? 'no shape yet'}, ${rank === undefined ? '' : `rank ${rank}, `}${count}`;
}

/** A layer by its label, with a line for each of its weights. */
export function layerView(layer: LayerLike): MimeBundle {
  const label = layerLabel(layer);
  const weights = layer.weights.map(({ name, shape, dtype = 'float32' }) => `${name} ${dtype} [${shape.join(', ')}]`);
  return weights.length === 0 ? labelAlone(label) : labelledText(label, weights.map((line) => `  ${line}`).join('\n'));
}

/** Elements of all of them; one that is shared counts once. */
export function parameters(weights: readonly WeightLike[]): number {
  return [...new Set(weights)].reduce((sum, { shape }) => sum + product(shape), 0);
}

/** `[batch, 28, 28, 1]`. */
export function shapeText(shape: Shape): string {
  return `[${shape.map((extent, axis) => extent ?? (axis === 0 ? 'batch' : 'any')).join(', ')}]`;
}

/** The shape of what it gives; `undefined` where it is not known, since the layer is not connected or has several. */
export function outputShape(layer: LayerLike): string | undefined {
  try {
    const shape = layer.outputShape;
    const several = Array.isArray(shape[0]) ? (shape as readonly Shape[]) : [shape as Shape];
    return several.map(shapeText).join(', ');
  } catch {
    return undefined;
  }
}

/** `20`, or `12 of 20` where an SVD layer has some of its singular values out of use; `undefined` for a layer of full rank. */
export function rankOf(layer: LayerLike): string | undefined {
  const { rank } = layer;
  if (typeof rank !== 'number' || Number.isNaN(rank)) return undefined;
  const used = inUse(layer);
  return used === undefined || used === rank ? String(rank) : `${used} of ${rank}`;
}

function inUse(layer: LayerLike): number | undefined {
  try {
    return layer.active?.filter((isActive) => isActive).length;
  } catch {
    // Before it is built.
    return undefined;
  }
}
