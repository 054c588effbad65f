/** The element of the page with this id. */
export function byId<E extends Element = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element #${id}`);
  return found as unknown as E;
}

/** A new element with attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A new element of a drawing. */
export function svgElement(tag: string, attributes: Readonly<Record<string, string | number>>, text?: string): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

export const grouped = (value: number): string => value.toLocaleString('en-US');
export const percent = (share: number, decimals = 1): string => `${(100 * share).toFixed(decimals)} %`;
/** In units of a thousand or a million bytes, with three digits. */
export const megabytes = (bytes: number): string =>
  bytes < 1e6 ? `${Number((bytes / 1e3).toPrecision(3))} kB` : `${(bytes / 1e6).toPrecision(3)} MB`;
