import type * as tf from '@tensorflow/tfjs';
import { withUndo } from '../recovery';
import { tensorFlowJs } from '../tensorflow-js';
import { streamKey } from './key';
import { nativeDraw } from './native-draw';
import { plainDraw } from './plain-draw';
import { randomFunctions, type RandomFunctions } from './random-functions';

/** Which random numbers a step draws. */
export interface RandomStream {
  /** An integer from 0 to 2⁵³ − 1. */
  readonly seed: number;
  /** The step's number, an integer from 0 to 2³¹ − 1. */
  readonly step: number;
  /** The step's number as an int32 scalar on the native backend, for a recording in which it differs each time. */
  readonly stepTensor?: tf.Tensor;
}

/**
 * Runs `body`, in which the random functions of TensorFlow.js draw from a counted stream: Philox, whose key is the
 * seed and whose counter holds the step's number and the number of the draw within the step. What a step draws
 * depends on nothing else: it is the same on every backend, up to rounding, and in a recording that is run later.
 *
 * Replaced are `dropout`, `multinomial`, `randomNormal`, `randomStandardNormal`, `randomUniform`, `randomUniformInt`
 * and `truncatedNormal`, and with them all layers and initialisers that draw. A seed of the operation's own, as in
 * `tf.layers.dropout({ rate, seed: 7 })`, changes the key: that operation draws other numbers, new ones each step,
 * where TensorFlow.js by itself would draw the same mask for ever.
 *
 * These draw as ever: `tf.rand`, which takes a function that draws; `tf.randomGamma`; and functions that were taken
 * out of TensorFlow.js before, as by `const { dropout } = tf` or the imports of an ES module.
 *
 * Inside `body` another stream may begin; it ends with its own body.
 *
 * @throws if the seed or the step is out of range, or `body` returns a promise, whose later draws would escape.
 */
export function withCountedRandom<T>(stream: RandomStream, body: () => T): T {
  const core = tensorFlowCore();
  const functions = countedFunctions(stream);
  const names = Object.keys(functions) as (keyof RandomFunctions)[];
  const originals = Object.fromEntries(names.map((name) => [name, core[name]]));
  Object.assign(core, functions);
  return withUndo(() => Object.assign(core, originals), () => {
    const result = body();
    if (result instanceof Promise) throw new TypeError('a step that draws random numbers must not be asynchronous');
    return result;
  });
}

function countedFunctions(stream: RandomStream): RandomFunctions {
  checkInteger('seed', stream.seed, Number.MAX_SAFE_INTEGER, '2^53 - 1');
  checkInteger('step', stream.step, 2 ** 31 - 1, '2^31 - 1');
  const draw = tensorFlowJs().getBackend() === 'tensorflow' ? nativeDraw(stream) : plainDraw(stream);
  let draws = 0;
  return randomFunctions((distribution, shape, operationSeed) =>
    draw(distribution, shape, streamKey(stream.seed, operationSeed), draws++),
  );
}

/** Where the functions are plain properties, through which tfjs-layers and `tf` itself read them. */
function tensorFlowCore(): RandomFunctions {
  const user = require.resolve('@tensorflow/tfjs');
  return require(require.resolve('@tensorflow/tfjs-core', { paths: [user] })) as typeof tf;
}

function checkInteger(name: string, value: number, largest: number, written: string): void {
  if (!Number.isInteger(value) || value < 0 || value > largest) {
    throw new RangeError(`the ${name} of a random stream is ${value}; it must be an integer from 0 to ${written}`);
  }
}
