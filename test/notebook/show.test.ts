import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { banner, jupyterDisplay, show } from '../../src/notebook';
import { lossCurves } from '../../src/plots';
import { decodePicture } from '../support/picture';
import { projectRoot } from '../support/project';

test('the symbol is that of Deno’s kernel', () => {
  assert.equal(jupyterDisplay, Symbol.for('Jupyter.display'));
});

test('a figure’s bundle holds plotly’s JSON, a picture of it at the same size, and a line of text', async () => {
  const figure = lossCurves({ loss: [2, 1], validationLoss: [2, 1.5] }, { title: 'Losses of <i>W</i><sub>1</sub>' });
  const bundle = await show(figure)[jupyterDisplay]();
  assert.deepEqual(Object.keys(bundle), ['application/vnd.plotly.v1+json', 'image/png', 'text/plain']);
  const plotly = JSON.parse(JSON.stringify(bundle['application/vnd.plotly.v1+json'])) as Record<string, unknown>;
  assert.deepEqual(plotly.data, JSON.parse(JSON.stringify(figure.data)));
  assert.deepEqual(plotly.layout, JSON.parse(JSON.stringify(figure.layout)));
  assert.deepEqual(
    plotly.config,
    { displaylogo: false, showSendToCloud: false, toImageButtonOptions: { filename: 'losses-of-w1', scale: 2 } },
    'a chart offers to send its data nowhere, and is saved under its own name',
  );
  const picture = await decodePicture(Uint8Array.from(Buffer.from(bundle['image/png'] as string, 'base64')));
  assert.deepEqual([picture.width, picture.height], [figure.layout.width, figure.layout.height]);
  assert.equal(bundle['text/plain'], '[chart] Losses of W1 (lines: training; validation)');
});

test('a figure is drawn once, however often it is shown', async () => {
  const shown = show(lossCurves({ loss: [1] }));
  assert.equal(shown[jupyterDisplay](), shown[jupyterDisplay]());
});

test('without the native canvas the bundle has no picture, and that is said once', () => {
  const program = `
    const Module = require('node:module');
    const resolve = Module._resolveFilename;
    Module._resolveFilename = function (request, ...rest) {
      if (request === '@napi-rs/canvas') throw new Error('no canvas for this platform');
      return resolve.call(this, request, ...rest);
    };
    const { show, lossCurves, jupyterDisplay } = require(${JSON.stringify(join(projectRoot, '.build/src'))});
    (async () => {
      for (let i = 0; i < 2; i++) console.log(Object.keys(await show(lossCurves({ loss: [1, 2] }))[jupyterDisplay]()).join(' '));
    })();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', timeout: 60_000 });
  assert.equal(stdout, 'application/vnd.plotly.v1+json text/plain\n'.repeat(2));
  assert.equal(stderr.match(/without pictures.*no canvas for this platform/g)?.length, 1);
});

test('a banner shows its text as it is', async () => {
  const bundle = await banner('SYNTHETIC <digits> & "more"')[jupyterDisplay]();
  assert.match(bundle['text/html'] as string, /SYNTHETIC &#60;digits&#62; &#38; &#34;more&#34;/);
  assert.match(bundle['text/plain'] as string, /SYNTHETIC <digits> & "more"/);
});
