import type { MimeBundle } from '../displayable';
import { table } from '../table';
import { labelAlone, labelledTable } from './labelled';
import { outputShape, parameters, rankOf, type LayerLike } from './layer';

/** What is read of a TensorFlow.js layers model; known by its parts. */
interface ModelLike extends LayerLike {
  readonly layers: readonly LayerLike[];
  countParams(): number;
}

export function isModel(value: object): value is ModelLike {
  const { layers, name, countParams, getClassName } = value as Partial<ModelLike>;
  return Array.isArray(layers) && typeof name === 'string' && typeof countParams === 'function' && typeof getClassName === 'function';
}

/** `Sequential 'digits', 3 layers, 84,060 parameters, 84,060 of them trainable`. */
export function modelLabel(model: ModelLike): string {
  const { layers } = model;
  const all = parameters(weightsOf(model));
  const trained = parameters(layers.flatMap(({ trainableWeights }) => trainableWeights));
  const count = layers.length === 1 ? '1 layer' : `${layers.length} layers`;
  return `${model.getClassName()} '${model.name}', ${count}, ${grouped(all)} parameters, ${grouped(trained)} of them trainable`;
}

/**
 * A model's layers: what each gives, its rank if it is of low rank, its parameters and their share of the model's. A layer
 * that is not built yet has none.
 */
export function modelView(model: ModelLike): MimeBundle {
  const { layers } = model;
  const label = modelLabel(model);
  if (layers.length === 0) return labelAlone(label);
  const all = parameters(weightsOf(model));
  const rows = layers.map((layer) => {
    const count = parameters(layer.weights);
    const share = all === 0 ? 0 : count / all;
    return { layer: layer.name, kind: layer.getClassName(), output: outputShape(layer), rank: rankOf(layer), count, share, bar: bar(share) };
  });
  const isLowRank = rows.some(({ rank }) => rank !== undefined);
  return labelledTable(label, table(rows, { columns: columns.filter(({ key }) => key !== 'rank' || isLowRank) }));
}

const columns = [
  { key: 'layer', title: 'Layer' },
  { key: 'kind', title: 'Kind' },
  { key: 'output', title: 'Output' },
  { key: 'rank', title: 'Rank', align: 'right' },
  { key: 'count', title: 'Parameters' },
  { key: 'share', title: 'Share', align: 'right', format: (share: unknown) => `${(100 * (share as number)).toFixed(1)} %` },
  { key: 'bar', title: '' },
] as const;

const widest = 12;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of block characters, the same in HTML and in text. */
function bar(share: number): string {
  const length = Math.round(8 * widest * share);
  return '█'.repeat(Math.floor(length / 8)) + eighths[length % 8]!;
}

/** Those of a model that has no input yet are there too. */
function weightsOf({ layers }: ModelLike) {
  return layers.flatMap(({ weights }) => weights);
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
