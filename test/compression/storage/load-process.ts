/** `node load-process.js FOLDER`: loads a model and prints what it predicts. */
import { loadModel } from '../../../src/compression/storage';
import { loadBackend } from '../../../src/tensorflow';
import { predictions } from './networks';

async function main(folder: string): Promise<void> {
  await loadBackend();
  const model = await loadModel(folder);
  process.stdout.write(JSON.stringify({ predictions: predictions(model), compiled: model.optimizer !== undefined && model.optimizer !== null }));
}

void main(process.argv[2]!);
