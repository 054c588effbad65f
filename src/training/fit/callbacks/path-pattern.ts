import type { Logs } from './callback';

/**
 * Fills a path's placeholders as Python's `str.format` does for Keras's `ModelCheckpoint`: `{epoch:02d}`,
 * `{val_loss:.3f}`, `{acc}`. The epoch counts from one.
 *
 * @throws RangeError if a placeholder names nothing, or its format is neither of width and `d` nor of precision and `f`
 *   or `e`.
 */
export function fillPath(pattern: string, epoch: number, logs: Logs): string {
  const values: Logs = { ...logs, epoch: epoch + 1 };
  return pattern.replace(/\{([^{}]*)\}/g, (_, placeholder: string) => {
    const [name, format] = split(placeholder);
    const value = values[name];
    if (value === undefined) {
      throw new RangeError(`path is '${pattern}': '${name}' names nothing; there is ${Object.keys(values).join(', ')}`);
    }
    return formatted(value, format, pattern);
  });
}

function split(placeholder: string): [name: string, format: string] {
  const colon = placeholder.indexOf(':');
  return colon < 0 ? [placeholder, ''] : [placeholder.slice(0, colon), placeholder.slice(colon + 1)];
}

function formatted(value: number, format: string, pattern: string): string {
  if (format === '') return String(value);
  const [, fill = '', width = '', precision, type] = /^(0?)(\d*)(?:\.(\d+))?([dfe])$/.exec(format) ?? [];
  if (type === undefined || (type === 'd' && (precision !== undefined || !Number.isInteger(value)))) {
    throw new RangeError(
      `path is '${pattern}': the format ':${format}' cannot be used for ${value}; use ':02d' or ':.3f'`,
    );
  }
  const digits = Number(precision ?? 6);
  const text = type === 'd' ? String(value) : type === 'f' ? value.toFixed(digits) : exponential(value, digits);
  return text.padStart(Number(width), fill === '0' ? '0' : ' ');
}

/** Python writes at least two digits of the exponent. */
export function exponential(value: number, digits: number): string {
  return value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
}
