import { availableParallelism } from 'node:os';
import type { PeerProcess } from '../peer-process';
import { startProgram } from '../shared/programs';

export interface Setting {
  readonly threads: 'default' | 'one' | 'all';
  readonly form: string;
}

export interface Definition {
  readonly name: string;
  /** Of these the one that is the quickest in a short trial takes part. */
  readonly settings: readonly Setting[];
  /** The contestant whose number of threads it takes over, because it starts slowly. */
  readonly threadsOf?: string;
  start(folder: string, threads: Setting['threads']): PeerProcess;
  /** How much its loss may differ from ours, relatively. */
  readonly tolerance: number;
  /** It needs more than its packages, and is left out where that is missing. */
  readonly mayFail?: boolean;
}

/** Losses of steps that differ in nothing but rounding. */
const sameAdam = 5e-4;
/** Keras's Adam adds ε before the bias correction, the others' after it: tiny gradients, as of deep nets, make other updates. */
const otherEpsilon = 1e-2;

export const contestants: readonly Definition[] = [
  {
    name: 'ours',
    settings: [...choices(['compiled'], ['default']), ...choices(['compiled XLA'], ['default', 'all'])],
    tolerance: sameAdam,
    start: startOurs,
  },
  { name: 'tfjs model.fit', settings: choices(['model.fit'], ['default']), tolerance: sameAdam, start: startOurs },
  { name: 'Keras fit', settings: choices(['fit']), tolerance: otherEpsilon, start: python('keras_fit.py') },
  { name: 'tf.function', settings: choices(['step']), tolerance: sameAdam, start: python('tf_function.py') },
  { name: 'tf.function loop', settings: choices(['loop', 'loop XLA']), tolerance: sameAdam, start: python('tf_function.py') },
  { name: 'PyTorch', settings: choices(['eager']), tolerance: sameAdam, start: python('pytorch.py') },
  {
    name: 'torch.compile',
    settings: choices(['compile']),
    threadsOf: 'PyTorch',
    tolerance: sameAdam,
    start: python('pytorch.py'),
    mayFail: true,
  },
  { name: 'JAX scan', settings: choices(['scan'], ['default']), tolerance: sameAdam, start: python('jax_scan.py') },
];

/**
 * For networks in SVD form, and for the same ones in standard form: ours by `fit`, of which penalties are a part.
 *
 * @param isConvolutional XLA's gradients of convolutions take a hundred times as long as TensorFlow's own: such loops are left out
 */
export function svdContestants({ isConvolutional }: { readonly isConvolutional: boolean }): Definition[] {
  const [sameAdam, otherEpsilon] = [1e-4, 2e-3];
  const loops = isConvolutional ? ['loop'] : ['loop', 'loop XLA'];
  return [
    { name: 'ours', settings: choices(['fit'], ['default']), tolerance: sameAdam, start: startOurs },
    { name: 'tfjs model.fit', settings: choices(['model.fit'], ['default']), tolerance: sameAdam, start: startOurs },
    { name: 'Keras fit', settings: choices(['fit']), tolerance: otherEpsilon, start: python('keras_fit.py') },
    { name: 'tf.function loop', settings: choices(loops), tolerance: sameAdam, start: python('tf_function.py') },
    { name: 'PyTorch', settings: choices(['eager']), tolerance: sameAdam, start: python('pytorch.py') },
  ];
}

function choices(forms: readonly string[], threads: readonly Setting['threads'][] = ['default', 'one']): Setting[] {
  return forms.flatMap((form) => threads.map((threads) => ({ form, threads })));
}

function python(program: string): Definition['start'] {
  return (folder, threads) => startProgram(`compiled/${program}`, [folder, numberOf(threads)]);
}

function startOurs(folder: string, threads: Setting['threads']): PeerProcess {
  const env = threads === 'one' ? { TF_NUM_INTRAOP_THREADS: '1' } : {};
  return startProgram('compiled/ours.js', [folder, numberOf(threads)], { env, flags: ['--expose-gc'] });
}

function numberOf(threads: Setting['threads']): string {
  return { default: 'default', one: '1', all: String(availableParallelism()) }[threads];
}
