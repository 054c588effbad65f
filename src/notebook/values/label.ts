import { frameLabel, isFrame } from './frame';
import { isLayer, layerLabel } from './layer';
import { isModel, modelLabel } from './model';
import { isSymbolicTensor, symbolicTensorLabel } from './symbolic-tensor';
import { isTensor, tensorLabel } from './tensor';

/** One line for a value that `inspect` would turn inside out; `undefined` for all others. */
export function labelOf(value: object): string | undefined {
  try {
    if (isTensor(value)) return tensorLabel(value);
    if (isSymbolicTensor(value)) return symbolicTensorLabel(value);
    if (isModel(value)) return modelLabel(value);
    if (isLayer(value)) return layerLabel(value);
    if (isFrame(value)) return frameLabel(value);
  } catch {
    // It only looked like one.
  }
  return undefined;
}
