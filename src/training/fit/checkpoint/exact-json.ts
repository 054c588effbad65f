/** JSON in which every number comes back as it was: NaN, the infinities and −0 are written as `{ "number": "NaN" }`. */
export function encodeJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isSpecial(part) ? { number: Object.is(part, -0) ? '-0' : String(part) } : part,
  );
}

export function decodeJson(text: string): unknown {
  return JSON.parse(text, (_, part: unknown) => (isWritten(part) ? Number(part.number) : part));
}

function isSpecial(value: unknown): value is number {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0));
}

function isWritten(value: unknown): value is { readonly number: string } {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  return ['NaN', 'Infinity', '-Infinity', '-0'].includes((value as { number?: unknown }).number as string);
}
