import type { CompressionReportJSON } from '../../compression';

/** A report of `compress`, also as JSON. */
export function isReport(value: object): value is CompressionReportJSON {
  const { layers, ratio, parametersBefore, parametersAfter } = value as Partial<CompressionReportJSON>;
  return Array.isArray(layers) && [ratio, parametersBefore, parametersAfter].every((number) => typeof number === 'number');
}
