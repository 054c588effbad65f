import { float64Math, nativeTensorFlow, PythonRandom, type Float64Math } from '../../src/tensorflow';
import type { LabelledData } from '../../src/training';

/** The arithmetics that run here: plain TypeScript everywhere, and the native library where it is. */
export function arithmetics(): Float64Math[] {
  const names = nativeTensorFlow() === undefined ? ['plain'] : ['native', 'plain'];
  return names.map((name) => float64Math(name));
}

/** Rows of random inputs of which a share is zero, with labels that depend on them. */
export function randomData(
  rows: number,
  { inputs = 7, classes = 3, zeros = 0.5, seed = 0 }: { inputs?: number; classes?: number; zeros?: number; seed?: number } = {},
): LabelledData {
  const random = new PythonRandom(seed);
  const unit = () => random.randint(0, 2 ** 30) / 2 ** 30;
  const x = Float64Array.from({ length: rows * inputs }, () => (unit() < zeros ? 0 : unit()));
  const y = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const first = x[row * inputs]! + x[row * inputs + 1]!;
    y[row * classes + Math.min(classes - 1, Math.floor((first / 2) * classes * 2))] = 1;
  }
  return { x: { data: x, shape: [rows, inputs] }, y: { data: y, shape: [rows, classes] } };
}
