import { total } from './counts';

/** What became of one dense or convolution layer. */
export interface LayerReport {
  /** The layer's name, after those of the models in which it lies: 'encoder/dense_1'. */
  readonly name: string;
  readonly kind: 'Dense' | 'Conv2D';
  /** Of its kernel as a matrix, [rows, columns]. */
  readonly shape: readonly [number, number];
  /** The rank of the factors; `null` where the layer is kept. */
  readonly rank: number | null;
  /** How many singular values the kernel has, min(rows, columns). */
  readonly fullRank: number;
  /** What the next two are of: the kernel, or what it makes of the `inputs` of `compress`. */
  readonly measuredOn: 'weights' | 'outputs';
  /** Σ_{j≤rank} s²/Σ s², 1 where the layer is kept. */
  readonly energyKept: number;
  /**
   * ‖W − A‖/‖W‖ of the kernel W and its approximation A, in the Frobenius norm; on outputs ‖Y − Z‖/‖Y − ȳ‖ of those of the layer
   * before its activation, Y, and of the approximation, Z, with the mean ȳ, or 0 if the bias cannot keep that.
   */
  readonly relativeError: number;
  /** With the bias. */
  readonly parametersBefore: number;
  readonly parametersAfter: number;
  /** For one example, in all the layer's calls; `null` where the input's shape is not known. */
  readonly multiplyAddsBefore: number | null;
  readonly multiplyAddsAfter: number | null;
  /** Why the layer stays as it is; absent where it does not. */
  readonly kept?: string;
}

/** A compression in numbers, as a plain object. */
export interface CompressionReportJSON {
  /** The dense and convolution layers, in the model's order. */
  readonly layers: readonly LayerReport[];
  /** Of the whole model, as `countParams` counts. */
  readonly parametersBefore: number;
  /** Of the whole model. */
  readonly parametersAfter: number;
  /** parametersBefore/parametersAfter. */
  readonly ratio: number;
  /** For one example, in the layers of the report; `null` where one of them is not known. */
  readonly multiplyAddsBefore: number | null;
  readonly multiplyAddsAfter: number | null;
}

/** What a compression did to a model, layer by layer and in all. */
export class CompressionReport implements CompressionReportJSON {
  readonly layers: readonly LayerReport[];
  readonly parametersBefore: number;
  readonly parametersAfter: number;
  readonly ratio: number;
  readonly multiplyAddsBefore: number | null;
  readonly multiplyAddsAfter: number | null;

  constructor(layers: readonly LayerReport[], parameters: { readonly before: number; readonly after: number }) {
    this.layers = layers;
    this.parametersBefore = parameters.before;
    this.parametersAfter = parameters.after;
    this.ratio = parameters.before / parameters.after;
    this.multiplyAddsBefore = total(layers, ({ multiplyAddsBefore }) => multiplyAddsBefore);
    this.multiplyAddsAfter = total(layers, ({ multiplyAddsAfter }) => multiplyAddsAfter);
  }

  /** The same numbers as a plain object, for `JSON.stringify`. */
  toJSON(): CompressionReportJSON {
    return { ...this };
  }

  /** A line for each layer and a last one for the model. */
  toString(): string {
    const rows = [
      ['layer', 'kind', 'kernel', 'rank', 'measured on', 'energy kept', 'error', 'parameters', 'multiply-adds', ''],
      ...this.layers.map((layer) => [
        layer.name,
        layer.kind,
        layer.shape.join(' × '),
        layer.rank === null ? 'whole' : `${layer.rank} of ${layer.fullRank}`,
        layer.measuredOn,
        `${(100 * layer.energyKept).toFixed(2)} %`,
        layer.relativeError.toFixed(4),
        change(layer.parametersBefore, layer.parametersAfter),
        change(layer.multiplyAddsBefore, layer.multiplyAddsAfter),
        layer.kept ?? '',
      ]),
      [
        'model', '', '', '', '', '', '',
        change(this.parametersBefore, this.parametersAfter),
        change(this.multiplyAddsBefore, this.multiplyAddsAfter),
        `${this.ratio.toFixed(2)}×`,
      ],
    ];
    const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
    return rows.map((row) => row.map((text, c) => text.padEnd(widths[c]!)).join('  ').trimEnd()).join('\n');
  }
}

function change(before: number | null, after: number | null): string {
  if (before === null || after === null) return 'unknown';
  return before === after ? grouped(before) : `${grouped(before)} → ${grouped(after)}`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
