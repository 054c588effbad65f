import { NativeMatrixMath } from '../../src/linalg/matrix-math/native-matrix-math';
import { PlainMatrixMath } from '../../src/linalg/matrix-math/plain-matrix-math';
import type { Matrix, MatrixMath } from '../../src/linalg/matrix-math/matrix-math';
import { float64Math, nativeTensorFlow, type Float64Math, type Float64Tensor } from '../../src/tensorflow';

/** An arithmetic of matrices, with a way in and a way out. */
export class Arithmetic {
  constructor(
    readonly name: string,
    readonly math: MatrixMath,
    readonly float64: Float64Math,
    /** What rounding may leave of relative errors. */
    readonly rounding: number,
  ) {}

  matrix(values: ArrayLike<number>, shape: readonly [number, number]): Matrix {
    return this.math.narrow(this.float64.tensor(values, shape));
  }

  read(matrix: Matrix): Float64Array {
    return this.float64.read(this.math.widen(matrix) as Float64Tensor);
  }
}

/** All that run here. */
export function arithmetics(): Arithmetic[] {
  const plain = new Arithmetic('plain', new PlainMatrixMath(), float64Math('plain'), 1e-12);
  if (nativeTensorFlow() === undefined) return [plain];
  const native = (dtype: 'float32' | 'float64', rounding: number) =>
    new Arithmetic(`native, ${dtype}`, new NativeMatrixMath(dtype), float64Math('native'), rounding);
  return [plain, native('float64', 1e-12), native('float32', 2e-6)];
}
