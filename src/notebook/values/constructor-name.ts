/** The name of an object's class, if it has one. */
export function constructorName(value: object): string | undefined {
  const { constructor } = value as { constructor?: unknown };
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : undefined;
}
