import { dataTypes, type DataType } from './data-types';

/** The value of an operation's attribute, tagged with the attribute's type. */
export interface Attribute {
  /** `TF_AttrType` in `tensorflow/c/c_api.h`. */
  readonly type: number;
  readonly value: boolean | number | string | readonly number[];
}

const attributeTypes = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

export const string = (value: string): Attribute => ({ type: attributeTypes.string, value });
export const int = (value: number | readonly number[]): Attribute => ({ type: attributeTypes.int, value });
export const float = (value: number | readonly number[]): Attribute => ({ type: attributeTypes.float, value });
export const bool = (value: boolean): Attribute => ({ type: attributeTypes.bool, value });
export const type = (name: DataType): Attribute => ({ type: attributeTypes.type, value: dataTypes[name] });
export const shape = (value: readonly number[]): Attribute => ({ type: attributeTypes.shape, value });
