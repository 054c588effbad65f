import type { Entry, OperationEntry, Trace } from './recorder';

/** Floating-point operations of the largest product or convolution in a trace, its loops included. */
export function largestOperation({ entries }: Trace): number {
  return entries.reduce((largest, entry) => Math.max(largest, largestIn(entry)), 0);
}

function largestIn(entry: Entry): number {
  return entry.kind === 'operation' ? operations(entry) : entry.kind === 'loop' ? largestOperation(entry.body) : 0;
}

/** A multiplication and an addition for each element of the result and of the summed axes; 0 for other operations. */
function operations({ op, attributes, inputShapes, outputs }: OperationEntry): number {
  const [a, b, c] = inputShapes;
  switch (op) {
    case 'MatMul':
    case 'BatchMatMul':
    case 'BatchMatMulV2': {
      const transposed = attributes.some(({ name, value }) => (name === 'transpose_a' || name === 'adj_x') && value === true);
      return 2 * size(outputs[0]!.shape) * a!.at(transposed ? -2 : -1)!;
    }
    case 'Conv2D':
      return 2 * size(outputs[0]!.shape) * size(b!.slice(0, -1));
    case 'Conv2DBackpropInput':
      return 2 * size(c!) * size(b!.slice(0, -1));
    case 'Conv2DBackpropFilter':
      return 2 * size(c!) * size(outputs[0]!.shape.slice(0, -1));
    default:
      return 0;
  }
}

const size = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);
