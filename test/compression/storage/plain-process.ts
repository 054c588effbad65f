/** `node plain-process.js URL`: loads a model as a page does that does not know this library, and prints what it predicts. */
import * as tf from '@tensorflow/tfjs';

async function main(url: string): Promise<void> {
  await tf.setBackend('cpu');
  const model = await tf.loadLayersModel(url);
  const result = model.predict(tf.linspace(-1, 1, 60).reshape([10, 6])) as tf.Tensor;
  process.stdout.write(JSON.stringify({ predictions: Array.from(result.dataSync()), metadata: model.getUserDefinedMetadata() }));
}

void main(process.argv[2]!);
