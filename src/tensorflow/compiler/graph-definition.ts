import type { Attribute } from '../native/attributes';
import { dataTypes, type DataType } from '../native/data-types';

/** A node of a TensorFlow graph. An input is written `name`, or `name:k` for a node's output k. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute | ConstantAttribute | FunctionAttribute>>;
}

/** The name of a function in the graph's library. */
export interface FunctionAttribute {
  readonly function: string;
}

/** The value of a `Const` node: its elements, row-major and little-endian. */
export interface ConstantAttribute {
  readonly tensor: { readonly dtype: DataType; readonly shape: readonly number[]; readonly bytes: Uint8Array };
}

/**
 * A SavedModel with one graph, tagged `serve`, in TensorFlow's protocol-buffer form: `saved_model.proto`,
 * `meta_graph.proto`, `graph.proto`, `node_def.proto`, `attr_value.proto`, `tensor.proto` and `tensor_shape.proto`.
 *
 * @param functions the graph's library, each a serialized `FunctionDef`
 */
export function savedModel(nodes: readonly GraphNode[], functions: readonly Uint8Array[] = []): Uint8Array {
  const library = message(2, Buffer.concat(functions.map((definition) => message(1, definition))));
  const versions = message(4, integer(1, producer));
  const graph = [...nodes.map((node) => message(1, nodeDefinition(node))), library, versions];
  const metaInfo = message(1, text(4, 'serve'));
  return Buffer.concat([integer(1, 1), message(2, Buffer.concat([metaInfo, message(2, Buffer.concat(graph))]))]);
}

/** The version of the graph format that is written here; TensorFlow 2.9 and later read it. */
const producer = 1087;

export function nodeDefinition({ name, op, inputs, attributes }: GraphNode): Uint8Array {
  return Buffer.concat([
    text(1, name),
    text(2, op),
    ...inputs.map((input) => text(3, input)),
    ...Object.entries(attributes).map(([key, value]) =>
      message(5, Buffer.concat([text(1, key), message(2, attributeValue(value))])),
    ),
  ]);
}

function attributeValue(attribute: Attribute | ConstantAttribute | FunctionAttribute): Uint8Array {
  if ('function' in attribute) return message(10, text(1, attribute.function));
  if ('tensor' in attribute) {
    const { dtype, shape, bytes } = attribute.tensor;
    return message(8, Buffer.concat([integer(1, dataTypes[dtype]), message(2, shapeValue(shape)), message(4, bytes)]));
  }
  const { kind, value } = attribute;
  if (kind === 'shape') return message(7, shapeValue(value as readonly number[]));
  return Array.isArray(value)
    ? message(1, Buffer.concat(value.map((element) => scalar(kind, element))))
    : scalar(kind, value as Scalar);
}

type Scalar = boolean | number | string;

/** The fields' numbers, alike in `AttrValue` and in its `ListValue`. */
const fields = { string: 2, int: 3, float: 4, bool: 5, type: 6 } as const;

function scalar(kind: keyof typeof fields, value: Scalar): Uint8Array {
  switch (kind) {
    case 'string':
      return text(fields.string, value as string);
    case 'float':
      return float(fields.float, value as number);
    default:
      return integer(fields[kind], Number(value));
  }
}

function shapeValue(shape: readonly number[]): Uint8Array {
  return Buffer.concat(shape.map((extent) => message(2, integer(1, extent))));
}

export function integer(field: number, value: number): Uint8Array {
  return Buffer.concat([varint(BigInt(field) << 3n), varint(BigInt.asUintN(64, BigInt(value)))]);
}

function float(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((BigInt(field) << 3n) | 5n), bytes]);
}

export function message(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([varint((BigInt(field) << 3n) | 2n), varint(BigInt(content.length)), content]);
}

export function text(field: number, value: string): Uint8Array {
  return message(field, Buffer.from(value, 'utf8'));
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  do {
    const more = value > 0x7fn;
    bytes.push(Number(value & 0x7fn) | (more ? 0x80 : 0));
    value >>= 7n;
  } while (value > 0n);
  return Buffer.from(bytes);
}
