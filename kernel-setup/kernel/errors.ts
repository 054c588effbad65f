import { inspect } from 'node:util';
import { drawExcerpt, placeName, type SourceExcerpt } from './source-excerpt';
import type { StackTraces } from './stack-traces';

/** The content of a Jupyter `error` message. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** The cell, or the files that it imports, do not compile. */
export class TypeScriptError extends Error {
  override readonly name = 'TypeScriptError';

  constructor(
    readonly errors: readonly { readonly place: SourceExcerpt; readonly code: number; readonly message: string }[],
  ) {
    super(errors.map(({ place, message }) => `${placeName(place)} - ${message}`).join('\n'));
  }
}

/** The user stopped the cell. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  /** @param cause what the cell threw because of it */
  constructor(cause?: unknown) {
    super('The cell was interrupted.', { cause });
  }
}

/** At most so many compile errors are drawn. */
const mostErrors = 10;

export function describeError(error: unknown, traces: StackTraces): ErrorContent {
  if (error instanceof TypeScriptError) {
    const traceback = error.errors
      .slice(0, mostErrors)
      .flatMap(({ place, code, message }) => [
        `${placeName(place)} - error TS${code}: ${message}`,
        ...drawExcerpt(place),
        '',
      ]);
    const more = error.errors.length - mostErrors;
    return {
      ename: error.name,
      evalue: error.message,
      traceback: more > 0 ? [...traceback, `… and ${more} more.`] : traceback,
    };
  }
  if (error instanceof Interrupted) {
    const consequence = error.cause === undefined ? [] : describeError(error.cause, traces).traceback;
    return { ename: error.name, evalue: error.message, traceback: [error.message, ...consequence] };
  }
  if (error instanceof Error) {
    const place = traces.placeOf(error);
    const traceback = [...inspect(error).split('\n'), ...(place ? ['', ...drawExcerpt(place)] : [])];
    return { ename: String(error.name), evalue: String(error.message), traceback };
  }
  const evalue = typeof error === 'string' ? error : inspect(error);
  return { ename: 'Thrown value', evalue, traceback: [`Thrown value, not an Error: ${evalue}`] };
}
