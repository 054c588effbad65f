/** Our contestants, as a program that takes turns like the ones in Python: ours.js FOLDER THREADS; see peer.py. */
import type * as tfjs from '@tensorflow/tfjs';
import { createInterface } from 'node:readline';
import { compileStep, loadBackend, nativeTensorFlow } from '../../../src/tensorflow';
import { readInputs, readWeights } from './inputs';

interface Training {
  /** A step for each `batch` examples of `order`. Returns the mean loss. */
  train(order: Int32Array): Promise<number>;
  /** Milliseconds that as many steps take. */
  time(order: Int32Array): Promise<number>;
  dispose(): void;
}

type Request = { readonly steps: number; readonly net?: string; readonly batch?: number; readonly form?: string };

async function main([folder, threads]: string[]): Promise<void> {
  const backend = await loadBackend();
  const tf = nativeTensorFlow() as typeof tfjs | undefined;
  if (tf === undefined) throw new Error(`the bench needs native TensorFlow; ${backend.name} runs: ${backend.reason}`);
  const { data, permutation } = load(tf, folder!);
  const answer = (fields: object) => console.log(JSON.stringify(fields));
  answer({ version: `TensorFlow ${backend.tensorflow}, TensorFlow.js ${tf.version_core}` });
  let training: Training | undefined;
  let batch = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const { net, steps, form, ...request } = JSON.parse(line) as Request;
    if (net === undefined) {
      answer({ seconds: (await training!.time(order(permutation, steps * batch))) / 1000 });
      continue;
    }
    training?.dispose();
    batch = request.batch!;
    const start = performance.now();
    const model = network(tf, folder!, net);
    training =
      form === 'fit'
        ? fitting(tf, model, data, batch)
        : compiled(tf, model, data, batch, { threads: threads!, jitCompile: form === 'compiled XLA' });
    const loss = await training.train(order(permutation, steps * batch));
    const first = performance.now();
    await training.train(order(permutation, steps * batch));
    answer({ loss, firstSeconds: (first - start) / 1000, secondSeconds: (performance.now() - first) / 1000 });
  }
}

/** The examples as tensors whose values TensorFlow alone holds. */
function load(tf: typeof tfjs, folder: string): { data: tfjs.Tensor[]; permutation: Int32Array } {
  const { images, oneHotLabels, permutation } = readInputs(folder);
  const n = permutation.length;
  const data = [tf.tensor2d(images, [n, 784]), tf.tensor2d(oneHotLabels, [n, 10])];
  tf.tidy(() => data.forEach((tensor) => tensor.slice(0, 1)));
  setImmediate(() => globalThis.gc?.()); // What was read would else count as ours until some later collection.
  return { data, permutation };
}

function order(permutation: Int32Array, length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => permutation[i % permutation.length]!);
}

function network(tf: typeof tfjs, folder: string, net: string): tfjs.Sequential {
  const weights = readWeights(folder, net);
  const model = tf.sequential();
  weights.forEach(({ shape: [inputs, units] }, i) => {
    const activation = i + 1 < weights.length ? 'relu' : 'linear';
    model.add(tf.layers.dense({ units, activation, inputShape: [inputs] }));
  });
  tf.tidy(() => model.setWeights(weights.flatMap(({ kernel, bias, shape }) => [tf.tensor2d(kernel, shape), tf.tensor1d(bias)])));
  return model;
}

function compiled(
  tf: typeof tfjs,
  model: tfjs.Sequential,
  data: tfjs.Tensor[],
  batchSize: number,
  { threads, jitCompile }: { readonly threads: string; readonly jitCompile: boolean },
): Training {
  const optimizer = tf.train.adam(1e-3);
  const step = compileStep(
    (x, y) => optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, model.apply(x) as tfjs.Tensor), true)!,
    { threads: threads === 'default' ? undefined : Number(threads), jitCompile },
  );
  const train = async (order: Int32Array) => mean((await step.run(data, { batchSize, order })).values.data);
  return {
    train,
    time: (order) => timed(() => train(order)),
    dispose() {
      step.dispose();
      optimizer.dispose();
      model.dispose();
    },
  };
}

function fitting(tf: typeof tfjs, model: tfjs.Sequential, data: tfjs.Tensor[], batchSize: number): Training {
  const optimizer = tf.train.adam(1e-3);
  model.compile({ optimizer, loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits) });
  const fit = async (order: Int32Array, shuffle: boolean, run: (body: () => Promise<void>) => Promise<unknown>) => {
    const [x, y] = tf.tidy(() => data.map((tensor) => tf.gather(tensor, tf.tensor1d(order, 'int32'))));
    let loss = NaN;
    await run(async () => {
      const { history } = await model.fit(x!, y!, { batchSize, shuffle, verbose: 0, yieldEvery: 'never' });
      loss = history.loss![0] as number;
    });
    tf.dispose([x, y]);
    return loss;
  };
  return {
    train: (order) => fit(order, false, (body) => body()),
    async time(order) {
      let milliseconds = NaN;
      await fit(order, true, async (body) => (milliseconds = await timed(body)));
      return milliseconds;
    },
    dispose() {
      optimizer.dispose();
      model.dispose();
    },
  };
}

async function timed(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
  process.stdin.destroy();
});
