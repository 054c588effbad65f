import { types } from 'node:util';
import { compressionTable } from './compression-table';
import { isDisplayable, jupyterDisplay, type MimeBundle } from './displayable';
import { show } from './show';
import { errorView, isError } from './values/error';
import { isFigure, withSize } from './values/figure';
import { frameView, isFrame } from './values/frame';
import { fitHistoryView, isFitHistory, isStepHistory, stepHistoryView } from './values/history';
import { labelAlone } from './values/labelled';
import { isLayer, layerView } from './values/layer';
import { isModel, modelView } from './values/model';
import { isReport } from './values/report';
import { isSymbolicTensor, symbolicTensorLabel } from './values/symbolic-tensor';
import { isTensor, tensorView } from './values/tensor';
import { textOf } from './values/text';

/**
 * What a notebook shows of a value, by MIME type; `undefined` where there is nothing to show. The kernel shows by it the value of a
 * cell's last expression, and `display` all that it is given.
 *
 * An object with a `Symbol.for('Jupyter.display')` method says itself how it is shown. A tensor is shown by its shape, its type and
 * its first values, a model and a layer by their parameters, a history by its epochs or steps, a danfojs DataFrame or Series
 * as a table, a plotly figure as its chart, an error by its message and causes; all others as bounded text. They are recognised by their
 * parts: nothing is loaded for that, and nothing stays allocated. Of a promise it is a promise of what is shown of its value.
 *
 * @throws what a `Symbol.for('Jupyter.display')` method throws
 */
export function showValue(value: unknown): MimeBundle | undefined | Promise<MimeBundle | undefined> {
  if (value === undefined) return undefined;
  if (isDisplayable(value)) {
    const bundle: unknown = value[jupyterDisplay]();
    return isPromise(bundle) ? bundle.then(encoded) : encoded(bundle);
  }
  if (isPromise(value)) return value.then(showValue);
  return (typeof value === 'object' && value !== null ? viewOf(value) : undefined) ?? { 'text/plain': textOf(value) };
}

type Shown = MimeBundle | undefined;

/** The bundle with bytes as base64, as Jupyter's messages have them. */
export function encoded(bundle: unknown): Shown {
  if (bundle === undefined || bundle === null) return undefined;
  return Object.fromEntries(
    Object.entries(bundle).map(([type, data]) => [type, data instanceof Uint8Array ? Buffer.from(data).toString('base64') : data]),
  );
}

function viewOf(value: object): Shown | Promise<Shown> {
  try {
    if (isTensor(value)) return tensorView(value);
    if (isSymbolicTensor(value)) return labelAlone(symbolicTensorLabel(value));
    if (isModel(value)) return modelView(value);
    if (isLayer(value)) return layerView(value);
    if (isFrame(value)) return frameView(value);
    if (isFitHistory(value)) return fitHistoryView(value);
    if (isStepHistory(value)) return stepHistoryView(value);
    if (isReport(value)) return compressionTable(value)[jupyterDisplay]();
    if (isFigure(value)) return show(withSize(value))[jupyterDisplay]();
    if (isError(value)) return errorView(value);
  } catch {
    // It only looked like one, or its properties throw: as text it can be shown all the same.
  }
  return undefined;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return types.isPromise(value);
}
