import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { loadModel, saveModel } from '../../../src/compression/storage';
import { loadBackend } from '../../../src/tensorflow';
import { tempFolder } from '../../data/temp-folder';
import { assertClose, classifier, free, weightsOf } from '../../training/fit/models';
import { predictions, withOurLayer } from './networks';

before(loadBackend);

async function output(script: string, argument: string): Promise<{ predictions: number[]; [key: string]: unknown }> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, script), argument]);
  return JSON.parse(stdout.slice(stdout.indexOf('{'))) as { predictions: number[] };
}

describe('another process', () => {
  for (const weights of ['float32', 'float16', 'uint8', 'uint16'] as const) {
    test(`loads a model with a layer of this library and ${weights} weights, and predicts the same`, async (t) => {
      const model = withOurLayer();
      const folder = tempFolder(t);
      await saveModel(model, folder, { weights });
      const loaded = await loadModel(folder);
      const here = predictions(loaded);
      const there = await output('load-process.js', folder);
      assert.deepEqual(there, { predictions: here, compiled: false });
      if (weights === 'float32') assert.deepEqual(here, predictions(model));
      else assertClose([here], [predictions(model)], 0.05);
      free(model, loaded);
    });
  }

  test('loads a model without this library, from a server', async (t) => {
    const model = classifier();
    const folder = tempFolder(t);
    const served: string[] = [];
    const server = createServer((request, response) => {
      served.push(request.url!);
      readFile(join(folder, request.url!)).then((bytes) => response.end(bytes), () => response.writeHead(404).end());
    });
    t.after(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    await saveModel(model, folder, { weights: 'uint16', shardBytes: 100, userDefinedMetadata: { classes: ['a', 'b', 'c'] } });
    const loaded = await loadModel(folder);
    const there = await output('plain-process.js', `http://127.0.0.1:${port}/model.json`);
    assertClose([there.predictions], [predictions(loaded)], 1e-6);
    assert.deepEqual(there.metadata, { classes: ['a', 'b', 'c'] });
    assert.equal(served.length, 1 + Math.ceil((2 * loaded.countParams()) / 100));
    free(model, loaded);
  });
});

test('a process that is killed while it saves leaves a whole model', async (t) => {
  const folder = tempFolder(t);
  for (const delay of [0, 3, 7, 12]) {
    const first = 1000 * (delay + 1);
    const args = [join(__dirname, 'save-process.js'), folder, String(first)];
    const env = { ...process.env, LOWRANK_BACKEND: 'cpu' };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    let said = '';
    for await (const text of child.stdout) {
      said += text;
      if (said.split('\n').length <= 3) continue;
      await setTimeout(delay);
      child.kill('SIGKILL');
    }
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    const model = await loadModel(folder);
    const [kernel] = weightsOf(model);
    const last = said.trim().split('\n').map(Number).at(-1)!;
    assert.ok(kernel![0]! >= last && kernel![0]! <= last + 1, `${kernel![0]} after ${last}`);
    assert.ok(kernel!.every((value) => value === kernel![0]));
    model.dispose();
  }
});
