import { InputFolder, replaceWeights } from '../shared/inputs';
import { trainDense } from '../shared/train-dense';
import { aware } from './aware-training';

/** Of the baseline, in batches of 128. */
export const baselineSteps = 400;

/** A folder in which assignment 3's network has been trained briefly; of other networks it has the initial weights. */
export async function trainedFolder(...others: readonly string[]): Promise<InputFolder> {
  const { net } = aware;
  const folder = await InputFolder.write(net, ...others);
  try {
    await trainDense(folder.path, net, [[baselineSteps, (parameters) => replaceWeights(folder.path, net, parameters)]]);
    return folder;
  } catch (error) {
    folder.remove();
    throw error;
  }
}
