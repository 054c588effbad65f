import { shapeText, type Shape } from './layer';

/** What is read of a model's input or output; known by its parts. */
interface SymbolicTensorLike {
  readonly name: string;
  readonly dtype: string;
  readonly shape: Shape;
}

export function isSymbolicTensor(value: object): value is SymbolicTensorLike {
  return 'sourceLayer' in value && 'nodeIndex' in value && Array.isArray((value as Partial<SymbolicTensorLike>).shape);
}

/** `SymbolicTensor 'input1' float32 [batch, 784]`. */
export function symbolicTensorLabel({ name, dtype, shape }: SymbolicTensorLike): string {
  return `SymbolicTensor '${name}' ${dtype} ${shapeText(shape)}`;
}
