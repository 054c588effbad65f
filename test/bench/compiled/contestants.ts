import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../support/project';
import { PeerProcess } from '../peer-process';
import { peerPython } from '../python-environment';

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
  { name: 'tfjs model.fit', settings: choices(['fit'], ['default']), tolerance: sameAdam, start: startOurs },
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

function choices(forms: readonly string[], threads: readonly Setting['threads'][] = ['default', 'one']): Setting[] {
  return forms.flatMap((form) => threads.map((threads) => ({ form, threads })));
}

function python(program: string): Definition['start'] {
  return (folder, threads) => {
    const path = join(projectRoot, 'test/bench/compiled', program);
    const args = [path, folder, numberOf(threads)];
    return new PeerProcess(peerPython('compiled', 'compiled/requirements.txt'), args, { PYTHONDONTWRITEBYTECODE: '1' });
  };
}

function startOurs(folder: string, threads: Setting['threads']): PeerProcess {
  const program = join(__dirname, 'ours.js');
  const env = threads === 'one' ? { TF_NUM_INTRAOP_THREADS: '1' } : {};
  return new PeerProcess(process.execPath, ['--expose-gc', program, folder, numberOf(threads)], env);
}

function numberOf(threads: Setting['threads']): string {
  return { default: 'default', one: '1', all: String(availableParallelism()) }[threads];
}
