import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import type * as tf from '@tensorflow/tfjs';
import { loadModel, saveModel } from '../compression';
import type { ImagesAndTargets } from './examples';
import type { ComparisonNetwork } from './networks';
import { timed, train, type Duration, type TrainingRecipe } from './training';

export interface Start {
  readonly model: tf.Sequential;
  /** What its training took; `null` if that was broken off and went on later. */
  readonly duration: Duration | null;
}

/**
 * The net that all methods start from: trained once, then taken from its folder. A training that was broken off goes on from its last epoch.
 *
 * @param folder for all such nets; it is made if it is missing
 */
export async function trainedStart(
  network: ComparisonNetwork,
  examples: ImagesAndTargets,
  recipe: TrainingRecipe,
  { seed, folder, signal }: { readonly seed: number; readonly folder: string; readonly signal?: AbortSignal },
): Promise<Start> {
  const name = `${network.name}-${examples.x.shape[0]}-images-${recipe.epochs}-epochs-of-${recipe.batchSize}-seed-${seed}`;
  const place = join(folder, name);
  if (existsSync(join(place, 'model.json'))) {
    const model = (await loadModel(place)) as tf.Sequential;
    const { duration } = model.getUserDefinedMetadata() as { duration: Partial<Duration> };
    return { model, duration: 'seconds' in duration ? (duration as Duration) : null };
  }
  const path = `${place}.checkpoint`;
  const isResumed = existsSync(path);
  const model = network.build(seed);
  try {
    const { seconds, coreSeconds } = await timed(() => train(model, examples, recipe, { seed, signal, checkpoint: { path } }));
    const duration = isResumed ? null : { seconds, coreSeconds };
    await saveModel(model, place, { userDefinedMetadata: { duration: duration ?? {} } });
    await rm(path, { force: true });
    return { model, duration };
  } catch (error) {
    model.dispose();
    throw error;
  }
}
