import { attributeTypes, type Attribute } from './attributes';
import { nativeBinding } from './binding';
import { NativeTensor } from './native-tensor';

/** What an operation gets: tensors in order, and attributes by name, made by `attribute`. */
export interface OpArguments {
  readonly inputs?: readonly NativeTensor[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/**
 * Runs a TensorFlow operation by its name in the native library; for example
 * `runOp('MatMul', { inputs: [a, b], attributes: { T: type('float64'), transpose_a: bool(true) } })`.
 *
 * Returns its one result, or an array of them if `outputs` is given. They live until disposed, or until the end of the
 * running `scope`. Attributes that are lists of types cannot be passed: the binding has no way for them.
 *
 * @throws with the operation's name and TensorFlow's message if TensorFlow refuses it; where the native library does not run.
 */
export function runOp(name: string, args?: OpArguments): NativeTensor;
export function runOp(name: string, args: OpArguments & { readonly outputs: number }): NativeTensor[];
export function runOp(name: string, args: OpArguments & { readonly outputs?: number } = {}): NativeTensor | NativeTensor[] {
  const binding = nativeBinding();
  const { inputs = [], attributes = {} } = args;
  const ids = inputs.map((tensor) => tensor.id);
  const passed = Object.entries(attributes).map(([key, { kind, value }]) => ({
    name: key,
    type: attributeTypes[kind],
    value,
  }));
  let results;
  try {
    results = binding.executeOp(name, passed, ids, args.outputs ?? 1);
  } catch (error) {
    throw new Error(`TensorFlow operation ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const outputs = results.map((result) => new NativeTensor(result));
  return args.outputs === undefined ? outputs[0]! : outputs;
}
