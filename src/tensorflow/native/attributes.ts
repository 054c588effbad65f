import { dataTypes, type DataType } from './data-types';

/** The value of an operation's attribute, with the attribute's kind. */
export interface Attribute {
  readonly kind: keyof typeof attributeTypes;
  readonly value: boolean | number | string | readonly number[];
}

/** `TF_AttrType` in `tensorflow/c/c_api.h`. */
export const attributeTypes = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/** An attribute of type `string`. */
export const string = (value: string): Attribute => ({ kind: 'string', value });
/** An attribute of type `int`, 64 bits wide, or `list(int)`. */
export const int = (value: number | readonly number[]): Attribute => ({ kind: 'int', value });
/** An attribute of type `float`, or `list(float)`. */
export const float = (value: number | readonly number[]): Attribute => ({ kind: 'float', value });
/** An attribute of type `bool`. */
export const bool = (value: boolean): Attribute => ({ kind: 'bool', value });
/** An attribute of type `type`: what an operation computes in, by its name, such as 'float64'. */
export const type = (name: DataType): Attribute => ({ kind: 'type', value: dataTypes[name] });
/** An attribute of type `shape`. */
export const shape = (value: readonly number[]): Attribute => ({ kind: 'shape', value });
