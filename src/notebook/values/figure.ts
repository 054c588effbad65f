import type { Figure } from '../../plots';

/** A plotly figure: a list of traces and a layout, and hardly anything else. */
export function isFigure(value: object): value is Pick<Figure, 'data'> & { readonly layout: Partial<Figure['layout']> } {
  const { data, layout, ...others } = value as Record<string, unknown>;
  if (!Array.isArray(data) || !isObject(layout) || Object.keys(others).some((key) => !['config', 'frames'].includes(key))) return false;
  return data.every((trace: unknown) => isObject(trace) && (typeof trace.type === 'string' || 'x' in trace || 'y' in trace || 'z' in trace));
}

/** With a size where it has none: plotly's own. */
export function withSize({ data, layout }: Pick<Figure, 'data'> & { readonly layout: Partial<Figure['layout']> }): Figure {
  return { data, layout: { ...layout, width: layout.width ?? 700, height: layout.height ?? 450 } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
