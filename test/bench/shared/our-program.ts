import type * as tfjs from '@tensorflow/tfjs';
import { createInterface } from 'node:readline';
import { loadBackend, nativeTensorFlow } from '../../../src/tensorflow';

type Tf = typeof tfjs;
type Handle<Request> = (request: Request) => Promise<object>;

/** Runs one of our contestants, which takes turns over stdin and stdout as turns.py says. */
export function ourProgram<Request>(prepare: (tf: Tf, args: readonly string[]) => Handle<Request>): void {
  serve(prepare).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
    process.stdin.destroy();
  });
}

async function serve<Request>(prepare: (tf: Tf, args: readonly string[]) => Handle<Request>): Promise<void> {
  const backend = await loadBackend();
  const tf = nativeTensorFlow() as Tf | undefined;
  if (tf === undefined) throw new Error(`the bench needs native TensorFlow; ${backend.name} runs: ${backend.reason}`);
  const handle = prepare(tf, process.argv.slice(2));
  const answer = (fields: object) => console.log(JSON.stringify(fields));
  answer({ version: `TensorFlow ${backend.tensorflow}, TensorFlow.js ${tf.version_core}` });
  for await (const line of createInterface({ input: process.stdin })) answer(await handle(JSON.parse(line) as Request));
}
