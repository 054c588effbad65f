/**
 * How TensorFlow's operation registry names the outputs of operations, where the name is not `output`; the others are
 * not listed, and where that guess is wrong TensorFlow refuses the function.
 */
const operationsByOutputs: Readonly<Record<string, string>> = {
  activations: 'Elu LeakyRelu Relu Relu6 Selu Softplus Softsign',
  backprops: 'EluGrad LeakyReluGrad Relu6Grad ReluGrad SeluGrad SoftplusGrad SoftsignGrad',
  bins: 'Bincount',
  crops: 'CropAndResize',
  filter_backprop: 'Dilation2DBackpropFilter',
  in_backprop: 'Dilation2DBackpropInput',
  'loss backprop': 'SoftmaxCrossEntropyWithLogits SparseSoftmaxCrossEntropyWithLogits',
  out: 'Complex Cumprod Cumsum',
  product: 'MatMul',
  r0: 'BroadcastArgs',
  resized_images: 'ResizeBilinear ResizeNearestNeighbor',
  softmax: 'Softmax',
  sum: 'AddN',
  value: 'ReadVariableOp',
  'values indices': 'TopK TopKV2',
  y:
    'Abs Acos Acosh Asin Asinh Atan Atanh Cast Ceil ComplexAbs Cos Cosh Erf Erfc Exp Expm1 Floor IsFinite IsInf IsNan Log Log1p ' +
    'LogicalNot Neg OnesLike Reciprocal Rint Round Rsqrt Sigmoid Sign Sin Sinh Sqrt Square Tan Tanh Transpose ZerosLike',
  'y batch_mean batch_variance reserve_space_1 reserve_space_2': 'FusedBatchNorm',
  'y batch_mean batch_variance reserve_space_1 reserve_space_2 reserve_space_3': 'FusedBatchNormV3',
  z:
    'Add AddV2 Atan2 BitwiseAnd BitwiseOr Div DivNoNan Equal FloorDiv FloorMod Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr ' +
    'Maximum Minimum Mod Mul MulNoNan NotEqual Pow RealDiv RsqrtGrad SigmoidGrad SqrtGrad SquaredDifference Sub TanhGrad Xlogy',
};

const outputsOf = new Map(
  Object.entries(operationsByOutputs).flatMap(([outputs, operations]) =>
    operations.split(' ').map((operation) => [operation, outputs.split(' ')] as const),
  ),
);

/** An operation's k-th output as a function writes it: the output argument's name and the place in it. */
export function outputName(operation: string, k: number): string {
  const names = outputsOf.get(operation) ?? ['output'];
  return names.length === 1 ? `${names[0]}:${k}` : `${names[k]}:0`;
}
