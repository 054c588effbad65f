import type * as tf from '@tensorflow/tfjs';
import { runsNatively } from '../tensorflow/backend';
import { PlainTensor } from '../tensorflow/float64/plain-tensor';
import { nativeBackend } from '../tensorflow/native/binding';
import { NativeTensor } from '../tensorflow/native/native-tensor';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { operator, type LinearOperator, type Matrix, type MatrixMath } from './matrix-math/matrix-math';
import { NativeMatrixMath } from './matrix-math/native-matrix-math';
import { PlainMatrixMath } from './matrix-math/plain-matrix-math';

/** Float32 tensors of TensorFlow.js as matrices of the arithmetic that suits its current backend, and back. */
export interface TensorMatrices {
  readonly math: MatrixMath;
  /** A handle of its own to the same numbers. */
  matrix(x: tf.Tensor): Matrix;
  /** A tensor of the same shape. */
  tensor(matrix: Matrix): tf.Tensor2D;
  /** @param name what x is called in errors */
  operator(x: tf.Tensor2D, name: string): LinearOperator;
}

export function tensorMatrices(): TensorMatrices {
  return runsNatively() ? native : plain;
}

const native: TensorMatrices = {
  math: new NativeMatrixMath('float32'),
  matrix: (x) => new NativeTensor(identity(nativeBackend().getInputTensorIds([x])[0]!)),
  tensor: (matrix) => nativeBackend().createOutputTensor(identity((matrix as NativeTensor).id)) as tf.Tensor2D,
  operator: (x, name) => operator(native.math, native.matrix(x), name),
};

const identity = (id: number) => nativeBackend().binding.executeOp('Identity', [], [id], 1)[0]!;

/** Products with the matrix itself are the backend's; narrow blocks and small matrices are kept in float64. */
const plain: TensorMatrices = {
  math: new PlainMatrixMath(),
  matrix: (x) => new PlainTensor(Float64Array.from(x.dataSync()), x.shape),
  tensor: (matrix) => tensorFlowJs().tensor<tf.Rank.R2>(Float32Array.from((matrix as PlainTensor).data), matrix.shape as [number, number]),
  operator(x, name) {
    const { tidy, matMul } = tensorFlowJs();
    const product = (make: () => tf.Tensor): Matrix => {
      const result = tidy(make);
      const matrix = plain.matrix(result);
      result.dispose();
      return matrix;
    };
    return {
      name,
      roundOff: 2 ** -24,
      rows: x.shape[0],
      columns: x.shape[1],
      fromLeft: (left) => product(() => matMul(plain.tensor(left), x, true)),
      fromRight: (right) => product(() => matMul(x, plain.tensor(right), false, true)),
      matrix: () => plain.matrix(x),
    };
  },
};
