import { dataTypes, type DataType } from '../../native/data-types';
import { integer, message, nodeDefinition, text, type GraphNode } from '../graph-definition';
import { outputName } from './output-names';

/** A function of a TensorFlow graph. Its nodes name their inputs as a graph's do; the function's arguments by their names alone. */
export interface GraphFunction {
  readonly name: string;
  readonly inputs: readonly Argument[];
  /** Each output with the node's output, or the argument, that it is. */
  readonly outputs: readonly (Argument & { readonly from: string })[];
  readonly nodes: readonly GraphNode[];
}

export interface Argument {
  /** Lower-case letters, digits and underscores, a letter first. */
  readonly name: string;
  readonly dtype: DataType;
}

/** The function in protocol-buffer form: `function.proto`, and `op_def.proto` for its signature. */
export function functionDefinition({ name, inputs, outputs, nodes }: GraphFunction): Uint8Array {
  const operations = new Map(nodes.map((node) => [node.name, node.op]));
  const nameInFunction = (input: string): string => {
    const [node, output = '0'] = input.split(':');
    const operation = operations.get(node!);
    return input.startsWith('^') || operation === undefined ? input : `${node}:${outputName(operation, Number(output))}`;
  };
  const argument = (argument: Argument) => Buffer.concat([text(1, argument.name), integer(3, dataTypes[argument.dtype])]);
  const signature = [
    text(1, name),
    ...inputs.map((input) => message(2, argument(input))),
    ...outputs.map((output) => message(3, argument(output))),
    integer(17, 1), // is_stateful
  ];
  return Buffer.concat([
    message(1, Buffer.concat(signature)),
    ...nodes.map((node) => message(3, nodeDefinition({ ...node, inputs: node.inputs.map(nameInFunction) }))),
    ...outputs.map((output) => message(4, Buffer.concat([text(1, output.name), text(2, nameInFunction(output.from))]))),
  ]);
}
