import { exponential } from '../callbacks/path-pattern';
import type { Logs } from '../callbacks/callback';

const barWidth = 20;

/** How far an epoch is. */
export interface EpochStatus {
  readonly done: number;
  /** Steps of the epoch. */
  readonly of: number;
  /** Since the epoch's beginning. */
  readonly seconds: number;
  /** What a step takes; by default the mean so far. */
  readonly stepSeconds?: number;
  readonly logs: Logs;
}

/** 'Epoch 3/10', for an epoch counted from zero. */
export function epochHeading(epoch: number, epochs: number): string {
  return `Epoch ${epoch + 1}/${epochs}`;
}

/**
 * `469/469 ━━━━━━━━━━━━━━━━━━━━ 2s 4ms/step - acc: 0.9701 - loss: 0.0996`: what Keras 3 leaves of an epoch, without its
 * colours.
 */
export function finishedLine(status: EpochStatus): string {
  const { done, of, seconds, logs } = status;
  const time = `${seconds.toFixed(0)}s ${stepTime(perStep(status))}`;
  return `${counter(done, of)} ${bar(done, of)} ${time}${metrics(logs)}`;
}

/** The same while the epoch runs, with the time that is left instead of the time that was needed. */
export function runningLine(status: EpochStatus): string {
  const { done, of } = status;
  const left = timeLeft(perStep(status) * (of - done));
  return `${counter(done, of)} ${bar(done, of)} ${left} ${stepTime(perStep(status))}${metrics(status.logs)}`;
}

/** `469/469 - 2s - 4ms/step - acc: 0.9701 - loss: 0.0996`: Keras 3's line with `verbose=2`. */
export function plainLine(status: EpochStatus): string {
  const { done, of, seconds } = status;
  return `${counter(done, of)} - ${seconds.toFixed(0)}s - ${stepTime(perStep(status))}${metrics(status.logs)}`;
}

function perStep({ done, seconds, stepSeconds = done === 0 ? 0 : seconds / done }: EpochStatus): number {
  return stepSeconds;
}

function counter(done: number, of: number): string {
  return `${String(done).padStart(String(of).length)}/${of}`;
}

function bar(done: number, of: number): string {
  const filled = Math.floor((barWidth * done) / of);
  return '━'.repeat(filled) + '─'.repeat(barWidth - filled);
}

function timeLeft(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  if (seconds > 3600) return `${Math.floor(whole / 3600)}:${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  return seconds > 60 ? `${Math.floor(whole / 60)}:${two(whole % 60)}` : `${whole}s`;
}

function stepTime(seconds: number): string {
  if (seconds >= 1 || seconds === 0) return `${seconds.toFixed(0)}s/step`;
  return seconds >= 1e-3 ? `${(seconds * 1e3).toFixed(0)}ms/step` : `${(seconds * 1e6).toFixed(0)}us/step`;
}

/** By name, those of the training before those of the validation. */
function metrics(logs: Logs): string {
  const names = Object.keys(logs).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return names.map((name) => ` - ${name}: ${metricValue(logs[name]!)}`).join('');
}

function rank(name: string): number {
  return name.startsWith('val_') ? 1 : 0;
}

/** Four decimals, or four digits after the first one of a small number. */
function metricValue(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  return Math.abs(value) > 1e-3 ? value.toFixed(4) : exponential(value, 4);
}
