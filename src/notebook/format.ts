/** Whether a table shows the value as a dash. */
export function missing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value));
}

/**
 * How to write the values of one column: whole numbers with their thousands grouped, others with six significant
 * digits, all of a column with as many decimals as the finest of them needs (six at most), unless one of them is too
 * large or too small to be written out.
 *
 * @param decimals digits after the decimal point, instead of these rules
 */
export function columnFormat(values: readonly unknown[], decimals?: number): (value: unknown) => string {
  const numbers = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  const digits = decimals ?? commonDecimals(numbers);
  return (value) => {
    if (typeof value === 'bigint') return value.toLocaleString('en-US');
    if (typeof value !== 'number') return plain(value);
    if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
    return withMinus(digits === undefined ? significant(value) : grouped(value, digits));
  };
}

/** A duration: '0.4 s', '12.3 s', '3 min 05 s', '2 h 07 min'. */
export function formatDuration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Three significant digits, whole numbers above 100. */
export function formatRate(perSecond: number): string {
  return perSecond >= 100 ? Math.round(perSecond).toLocaleString('en-US') : String(Number(perSecond.toPrecision(3)));
}

function commonDecimals(numbers: readonly number[]): number | undefined {
  let most = 0;
  for (const number of numbers) {
    const text = significant(number);
    if (text.includes('e')) return undefined;
    most = Math.max(most, text.split('.')[1]?.length ?? 0);
  }
  return Math.min(most, 6);
}

function significant(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return grouped(value, 0);
  const rounded = Number(value.toPrecision(6));
  return Math.abs(rounded) >= 1e-4 && Math.abs(rounded) < 1e15 ? String(rounded) : rounded.toExponential();
}

function grouped(value: number, decimals: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function withMinus(text: string): string {
  return text.replaceAll('-', '−');
}

function plain(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
