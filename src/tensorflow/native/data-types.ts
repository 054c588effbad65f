/** TensorFlow's element types, with the numbers they have in `tensorflow/core/framework/types.proto`. */
export const dataTypes = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint16: 17,
  complex128: 18,
  float16: 19,
  resource: 20,
  variant: 21,
  uint32: 22,
  uint64: 23,
} as const;

export type DataType = keyof typeof dataTypes;

const names = new Map<number, DataType>(Object.entries(dataTypes).map(([name, code]) => [code, name as DataType]));

/** The name of a type that the binding reports by number. */
export function dataTypeName(code: number): DataType {
  const name = names.get(code);
  if (name === undefined) throw new RangeError(`TensorFlow's data type ${code} is not known here`);
  return name;
}
