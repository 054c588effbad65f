import { inspect, types } from 'node:util';
import { constructorName } from './constructor-name';
import { labelOf } from './label';
import { signatureLine } from './signature';

/** Elements of an array, a map or a set, keys of an object, elements in all, levels below the value, letters. */
const most = { elements: 100, inAll: 2000, depth: 4, characters: 20_000, ofString: 10_000 };

/**
 * Any value as text, as `util.inspect` writes it, but bounded in every direction: long arrays say how long they are, what lies
 * deep is named only. Tensors, models and DataFrames inside it are named by a line, a function by its signature.
 */
export function textOf(value: unknown): string {
  if (typeof value === 'function') return signatureLine(value);
  const text = inspect(new Shortening().shorten(value), {
    depth: most.depth,
    breakLength: 100,
    maxArrayLength: most.elements,
    maxStringLength: most.ofString,
  });
  const length = Array.isArray(value) && value.length > most.elements ? `Array(${value.length}) ` : '';
  const rest = text.length - most.characters;
  return length + (rest <= 0 ? text : `${text.slice(0, most.characters)}\n… ${rest.toLocaleString('en-US')} more characters`);
}

/** A text where `inspect` would write a value. */
class Label {
  constructor(readonly text: string) {}

  [inspect.custom](): string {
    return this.text;
  }
}

/** Copies what `inspect` would write, as far as it is shown; what need not be shortened is not copied. */
class Shortening {
  readonly #copies = new Map<object, unknown>();
  #left = most.inAll;

  shorten(value: unknown, depth = 0): unknown {
    if (typeof value === 'function' && depth > 0) return new Label(`[${signatureLine(value)}]`);
    if (typeof value !== 'object' || value === null || types.isProxy(value)) return value;
    const label = labelOf(value);
    if (label !== undefined) return new Label(label);
    if (this.#copies.has(value)) return this.#copies.get(value);
    const kind = kindOf(value);
    // What lies deeper is named by `inspect` itself.
    if (kind === undefined || depth > most.depth) return value;
    if (this.#left <= 0) return new Label(nameOnly(value));
    return this.#copy(value, kind, depth + 1);
  }

  #copy(value: object, kind: Kind, depth: number): unknown {
    if (kind === 'array') {
      const copy = [...(value as readonly unknown[])];
      this.#copies.set(value, copy);
      const shown = this.#take(copy.length);
      for (let i = 0; i < shown; i++) if (i in value) copy[i] = this.shorten(copy[i], depth);
      // Without holes the original is as good, and `inspect` sets its numbers in columns.
      return copy.every((element, i) => i >= most.elements || Object.is(element, (value as readonly unknown[])[i])) ? value : copy;
    }
    if (kind === 'map') {
      const entries = [...(value as ReadonlyMap<unknown, unknown>)];
      const copy = new Map<unknown, unknown>();
      this.#copies.set(value, copy);
      const shown = this.#take(entries.length);
      entries.forEach(([key, element], i) => copy.set(i < shown ? this.shorten(key, depth) : key, i < shown ? this.shorten(element, depth) : element));
      return copy;
    }
    if (kind === 'set') {
      const elements = [...(value as ReadonlySet<unknown>)];
      const copy = new Set<unknown>();
      this.#copies.set(value, copy);
      const shown = this.#take(elements.length);
      elements.forEach((element, i) => copy.add(i < shown ? this.shorten(element, depth) : element));
      return copy;
    }
    return this.#copyObject(value, depth);
  }

  #copyObject(value: object, depth: number): object {
    const copy = Object.create(Object.getPrototypeOf(value) as object | null) as Record<PropertyKey, unknown>;
    this.#copies.set(value, copy);
    const keys = Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
    const shown = keys.slice(0, Math.min(keys.length, most.elements));
    this.#left -= shown.length;
    for (const key of shown) {
      const property = Object.getOwnPropertyDescriptor(value, key)!;
      // A getter is named, not called.
      Object.defineProperty(copy, key, 'value' in property ? { ...property, value: this.shorten(property.value, depth) } : property);
    }
    const more = keys.length - shown.length;
    if (more > 0) Object.defineProperty(copy, '…', { enumerable: true, value: new Label(`${more} more keys`) });
    return copy;
  }

  #take(count: number): number {
    const shown = Math.min(count, most.elements);
    this.#left -= shown;
    return shown;
  }
}

type Kind = 'array' | 'map' | 'set' | 'object';

/** Of what can be copied; `undefined` for what `inspect` writes in a line or bounds itself. */
function kindOf(value: object): Kind | undefined {
  if (inspect.custom in value) return undefined;
  if (Array.isArray(value)) return 'array';
  if (types.isMap(value)) return 'map';
  if (types.isSet(value)) return 'set';
  return Object.prototype.toString.call(value) === '[object Object]' ? 'object' : undefined;
}

function nameOnly(value: object): string {
  if (Array.isArray(value)) return `[Array(${value.length})]`;
  if (types.isMap(value) || types.isSet(value)) return `[${types.isMap(value) ? 'Map' : 'Set'}(${value.size})]`;
  return `[${constructorName(value) ?? 'Object'}]`;
}
