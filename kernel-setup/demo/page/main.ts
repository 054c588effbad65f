import type { About } from './about.js';
import { DrawingPad, rgb } from './drawing-pad.js';
import { byId, element } from './elements.js';
import { LayersView } from './layers-view.js';
import { mnistImage, side } from './mnist-image.js';
import { ModelCard } from './model-card.js';
import { Network } from './network.js';
import { startBackend } from './tensorflow.js';

const status = byId('status');

async function start(): Promise<void> {
  const about = (await (await fetch('about.json')).json()) as About;
  if (about.banner !== undefined) {
    byId('banner').textContent = about.banner;
    byId('banner').hidden = false;
  }
  const backend = await startBackend();
  status.textContent = 'Downloading the networks…';
  const networks = await Promise.all(about.models.map((model) => Network.download(model)));
  const [dense, compressed] = networks as [Network, Network];
  const cards = [new ModelCard(dense, 'dense'), new ModelCard(compressed, 'compressed')];
  byId('models').append(...cards.map((card) => card.element));
  byId('summary').textContent =
    'Two networks look at it: one as it was trained, and one that was cut by the singular value decomposition and trained on. ' +
    `Its download is ${(dense.bytes / compressed.bytes).toFixed()} times smaller.`;

  const pad = new DrawingPad(byId<HTMLCanvasElement>('pad'), () => predictSoon());
  const predictSoon = oncePerFrame(() => {
    const image = mnistImage(pad.ink(), pad.width, pad.height);
    showSeen(image);
    for (const card of cards) {
      if (image === undefined) card.clear();
      else card.show(image);
    }
  });
  byId('clear').addEventListener('click', () => pad.clear());
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') pad.clear();
  });
  let example = 0;
  byId('example').addEventListener('click', () => {
    pad.show(bytes(about.examples[example++ % about.examples.length]!.pixels));
  });

  const layers = new LayersView(about.layers, dense, compressed);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    pad.recolour();
    predictSoon();
    layers.draw();
  });
  status.replaceChildren(
    `Plain TensorFlow.js on ${{ wasm: 'WebAssembly', webgl: 'WebGL', cpu: 'JavaScript' }[backend] ?? backend}; nothing leaves this page. ` +
      `Trained on ${about.trainingImages.toLocaleString('en-US')} images, tested on ${about.testImages.toLocaleString('en-US')} others.`,
  );
  document.body.dataset.ready = '';
}

/** What the networks see, in the page's colours. */
function showSeen(image: Float32Array | undefined): void {
  const canvas = byId<HTMLCanvasElement>('seen');
  const [red, green, blue] = rgb(getComputedStyle(canvas).getPropertyValue('--ink').trim());
  const picture = new ImageData(side, side);
  image?.forEach((value, i) => picture.data.set([red, green, blue, 255 * value], 4 * i));
  canvas.getContext('2d')!.putImageData(picture, 0, 0);
}

/** Does something at the next frame, however often it is asked for until then. */
function oncePerFrame(action: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      action();
    });
  };
}

const bytes = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

start().catch((error: unknown) => {
  status.replaceChildren(element('strong', {}, 'The page cannot start: '), error instanceof Error ? error.message : String(error));
  throw error;
});
