import { type } from '../../native/attributes';
import type { DataType } from '../../native/data-types';
import type { GraphNode } from '../graph-definition';
import type { Trace } from '../recorder';

/** Whether a trace draws random numbers that are others under XLA, and that it cannot be given the same of. */
export function drawsOtherwise({ entries }: Trace): boolean {
  return entries.some((entry) => entry.kind === 'operation' && random.test(entry.op) && !alike.has(entry.op));
}

const random = /Random|Multinomial|TruncatedNormal/;
const alike = new Set(['StatelessRandomUniformV2', 'StatelessRandomUniformIntV2']);

/**
 * XLA's generator gives the same random bits as TensorFlow's kernels, but makes floats of the upper 23 where those
 * take the lower (`Uint32ToFloat` in `random_distributions_utils.h`): so the bits are drawn, and made floats here.
 */
export function withDrawnBits(node: GraphNode): GraphNode[] {
  if (node.op !== 'StatelessRandomUniformV2') return [node];
  const { name, inputs, attributes } = node;
  const part = (suffix: string) => `${name}/${suffix}`;
  const T = (dtype: DataType) => ({ T: type(dtype) });
  return [
    { name: part('bits'), op: 'StatelessRandomUniformFullIntV2', inputs, attributes: { ...attributes, dtype: type('int32') } },
    constant(part('mantissa_mask'), 'int32', Int32Array.of(0x7fffff)),
    constant(part('exponent'), 'int32', Int32Array.of(127 << 23)),
    constant(part('one'), 'float32', Float32Array.of(1)),
    { name: part('mantissa'), op: 'BitwiseAnd', inputs: [part('bits'), part('mantissa_mask')], attributes: T('int32') },
    { name: part('float'), op: 'BitwiseOr', inputs: [part('mantissa'), part('exponent')], attributes: T('int32') },
    { name: part('from_1_to_2'), op: 'Bitcast', inputs: [part('float')], attributes: { ...T('int32'), type: type('float32') } },
    { name, op: 'Sub', inputs: [part('from_1_to_2'), part('one')], attributes: T('float32') },
  ];
}

function constant(name: string, dtype: DataType, { buffer }: Int32Array | Float32Array): GraphNode {
  return { name, op: 'Const', inputs: [], attributes: { dtype: type(dtype), value: { tensor: { dtype, shape: [], bytes: new Uint8Array(buffer) } } } };
}
