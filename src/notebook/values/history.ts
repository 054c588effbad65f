import type { MimeBundle } from '../displayable';
import { formatDuration } from '../format';
import { table, type Row } from '../table';
import { labelAlone, labelledTable } from './labelled';

/** What is read of what `fit` and `model.fit` return. */
interface FitHistoryLike {
  readonly epoch: readonly number[];
  readonly history: Readonly<Record<string, readonly unknown[]>>;
}

/** What is read of what the other training loops return: an entry in each list for each step. */
interface StepHistoryLike extends HowItWent {
  readonly loss: readonly number[];
  readonly stepsPerEpoch?: number;
  readonly [list: string]: unknown;
}

/** How a training ended, as far as it says so. */
interface HowItWent {
  readonly stoppedBy?: string;
  readonly seconds?: number;
  readonly seed?: number;
  readonly resumedEpochs?: number;
  readonly execution?: string;
}

/** Of a longer history so many rows are shown, at equal distances, and it says so. */
const mostRows = 20;

export function isFitHistory(value: object): value is FitHistoryLike & HowItWent {
  const { epoch, history } = value as Partial<FitHistoryLike>;
  return isNumbers(epoch) && typeof history === 'object' && history !== null && Object.values(history).every(Array.isArray);
}

/** Loss and metrics of the epochs, counted from 1, and how the training went. */
export function fitHistoryView({ epoch, history, ...others }: FitHistoryLike & HowItWent): MimeBundle {
  return historyTable('epoch', 'epochs', epoch.map((number) => number + 1), history, others);
}

export function isStepHistory(value: object): value is StepHistoryLike {
  const { loss, stoppedBy, seconds } = value as Partial<StepHistoryLike>;
  return isNumbers(loss) && typeof stoppedBy === 'string' && typeof seconds === 'number';
}

/** What the lists of a history hold for its steps, counted from 1, and how the training went. */
export function stepHistoryView(history: StepHistoryLike): MimeBundle {
  const { length } = history.loss;
  const lists = Object.entries(history).filter((entry): entry is [string, number[]] => isNumbers(entry[1]) && entry[1].length === length);
  return historyTable('step', 'steps', Array.from({ length }, (_, at) => at + 1), Object.fromEntries(lists), history);
}

function historyTable(
  unit: string,
  units: string,
  numbers: readonly number[],
  lists: Readonly<Record<string, readonly unknown[]>>,
  { stoppedBy, seconds, seed, resumedEpochs, execution }: HowItWent,
): MimeBundle {
  const places = evenly(numbers.length, mostRows);
  const facts = [
    `${numbers.length.toLocaleString('en-US')} ${numbers.length === 1 ? unit : units}${typeof seconds === 'number' ? ` in ${formatDuration(seconds)}` : ''}`,
    ...(resumedEpochs ? [`${resumedEpochs} of them before it was resumed`] : []),
    ...(stoppedBy === undefined || stoppedBy === units ? [] : [`ended by ${stoppedBy}`]),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    ...(execution === undefined ? [] : [execution]),
    ...(places.length < numbers.length ? [`${places.length} of them shown`] : []),
  ];
  const label = facts.join(' · ');
  if (places.length === 0) return labelAlone(label);
  const rows = places.map((at): Row => ({ [unit]: numbers[at], ...Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list[at]])) }));
  return labelledTable(label, table(rows));
}

/** At most `most` of `count` places, the first and the last among them. */
function evenly(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, at) => at);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'number');
}
