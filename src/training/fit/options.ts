import type { CompileOptions } from '../../tensorflow';
import type { FitCallback } from './callbacks/callback';
import type { ModelData } from './data';
import type { ClassWeight, PerOutput, SampleWeight } from './example-weights';

/** How `fit` trains; names and defaults are those of `model.fit`. All of it may be left out. */
export interface FitOptions extends Pick<CompileOptions, 'execution' | 'threads'> {
  /** Examples in a batch; 32 by default. The last batch of an epoch has what is left over. */
  readonly batchSize?: number;
  /**
   * The epoch at which the training ends, 1 by default: with an initialEpoch or a checkpoint fewer than these are run.
   */
  readonly epochs?: number;
  /** The epoch to begin with, counted from zero; 0 by default. */
  readonly initialEpoch?: number;
  /** Inputs and targets on which loss and metrics are taken after each epoch. Overrides validationSplit. */
  readonly validationData?: readonly [x: ModelData, y: ModelData];
  /** The share of the examples, the last ones, that is set apart for validation; 0 by default. */
  readonly validationSplit?: number;
  /** Whether each epoch takes the examples in a new random order; true by default. */
  readonly shuffle?: boolean;
  /** How much each class counts in the loss, as in `model.fit`; all classes of the targets must have a weight. */
  readonly classWeight?: PerOutput<ClassWeight>;
  /** How much each example counts in the loss, as in Keras: the mean over a batch is of weight times loss. */
  readonly sampleWeight?: PerOutput<SampleWeight>;
  /** What is called while it trains; see `FitCallback`. */
  readonly callbacks?: FitCallback | readonly FitCallback[];
  /** Only 'auto': other work has its turn after each native call, of about a tenth of a second. */
  readonly yieldEvery?: 'auto';
  /**
   * As in Keras: 0 says nothing, 1 shows progress in place, 2 prints a line an epoch; 'auto', the default, is 1, but one line
   * inside of the notebook cell's open progress bar, if there is one.
   */
  readonly verbose?: 'auto' | 0 | 1 | 2;
  /**
   * Of the shuffling and of the model's random operations, such as dropout; an integer from 0 to 2⁵³ − 1, drawn by
   * default.
   */
  readonly seed?: number;
  /** Ends the training between two native calls; by default the running notebook cell's signal. */
  readonly signal?: AbortSignal;
  /** Saves the training after epochs, and resumes it where the file exists. */
  readonly checkpoint?: CheckpointOptions;
}

/** The file by which a killed training goes on. */
export interface CheckpointOptions {
  /** The file. Its folder is made if it is missing. */
  readonly path: string;
  /** Saves after each so many epochs, and after the last one; 1 by default. */
  readonly everyEpochs?: number;
}

const names: readonly (keyof FitOptions)[] = [
  'batchSize',
  'epochs',
  'initialEpoch',
  'validationData',
  'validationSplit',
  'shuffle',
  'classWeight',
  'sampleWeight',
  'callbacks',
  'yieldEvery',
  'verbose',
  'seed',
  'signal',
  'execution',
  'threads',
  'checkpoint',
];

/** @throws RangeError that names the option, its value and what is allowed. */
export function checkOptions(options: FitOptions): void {
  checkNames('fit', options, names);
  const { epochs = 1, initialEpoch = 0, validationSplit = 0, shuffle = true, checkpoint } = options;
  checkCommon(options);
  checkInteger('epochs', epochs, 1);
  checkInteger('initialEpoch', initialEpoch, 0);
  if (initialEpoch >= epochs) {
    throw new RangeError(
      `initialEpoch is ${initialEpoch}; it must be below epochs, which is ${epochs}: epochs counts those before it too`,
    );
  }
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new RangeError(`validationSplit is ${validationSplit}; it must be at least 0 and below 1`);
  }
  checkOneOf('shuffle', shuffle, [true, false]);
  checkOneOf('yieldEvery', options.yieldEvery, [undefined, 'auto']);
  checkOneOf('verbose', options.verbose, [undefined, 'auto', 0, 1, 2]);
  checkValidationData(options.validationData);
  if (checkpoint !== undefined) checkCheckpoint(checkpoint);
}

/** Of options that fit, evaluate and predict have. */
export function checkCommon({ batchSize = 32, execution, threads, seed, signal }: Partial<FitOptions>): void {
  checkInteger('batchSize', batchSize, 1);
  checkOneOf('execution', execution, [undefined, 'compiled', 'compiled-or-eager', 'eager']);
  if (threads !== undefined) checkInteger('threads', threads, 1);
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new RangeError(`seed is ${seed}; it must be an integer from 0 to 2^53 - 1`);
  }
  if (signal !== undefined && typeof signal?.aborted !== 'boolean') {
    throw new RangeError(`signal is ${String(signal)}; it must be an AbortSignal`);
  }
}

/** @throws RangeError if there is an option that the function does not have. */
export function checkNames(owner: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`${owner} has no option '${unknown}'; it has ${known.join(', ')}`);
}

function checkValidationData(data: unknown): void {
  if (data === undefined || (Array.isArray(data) && data.length === 2)) return;
  const what = Array.isArray(data) ? `an array of ${data.length}` : typeof data;
  throw new RangeError(`validationData is ${what}; it must be [x, y], inputs and targets`);
}

function checkCheckpoint({ path, everyEpochs = 1, ...rest }: CheckpointOptions): void {
  checkNames("fit's checkpoint", { path, everyEpochs, ...rest }, ['path', 'everyEpochs']);
  if (typeof path !== 'string' || path === '') {
    throw new RangeError(`checkpoint.path is ${path === '' ? "''" : String(path)}; it must be the path of a file`);
  }
  checkInteger('checkpoint.everyEpochs', everyEpochs, 1);
}

function checkInteger(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${name} is ${String(value)}; it must be an integer from ${least} on`);
  }
}

function checkOneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (allowed.includes(value)) return;
  const shown = (one: unknown) => (typeof one === 'string' ? `'${one}'` : String(one));
  const words = allowed.filter((one) => one !== undefined).map(shown);
  const choice = [words.slice(0, -1).join(', '), words.at(-1)].filter(Boolean).join(' or ');
  throw new RangeError(`${name} is ${shown(value)}; it must be ${choice}`);
}
