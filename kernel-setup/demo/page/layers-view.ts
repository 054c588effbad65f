import type { LayerAbout } from './about.js';
import { byId, element, grouped, percent } from './elements.js';
import { side } from './mnist-image.js';
import type { Network } from './network.js';
import { drawSpectrum } from './spectrum-chart.js';
import { drawPictures } from './weight-pictures.js';

/** The layers, one at a time: what it has become, its spectrum, its weights. */
export class LayersView {
  #layer: LayerAbout;

  constructor(
    layers: readonly LayerAbout[],
    private readonly dense: Network,
    private readonly compressed: Network,
  ) {
    this.#layer = layers[0]!;
    byId('choice').append(...layers.map((layer, i) => {
      const input = element('input', { type: 'radio', name: 'layer', value: layer.name, ...(i === 0 && { checked: '' }) });
      input.addEventListener('change', () => this.#choose(layer));
      return element('label', {}, input, `${layer.name.replace('_', ' ')} · ${layer.rows} × ${layer.columns}`);
    }));
    byId('layers-lead').textContent =
      'How much of each dense kernel is left in the compressed network, which has ' +
      `${percent(compressed.about.accuracy, 2)} of the test images right where the dense one has ${percent(dense.about.accuracy, 2)}.`;
    byId('layers').hidden = false;
    this.draw();
  }

  draw(): void {
    const layer = this.#layer;
    byId('layer-text').textContent = sentence(layer);
    drawSpectrum(byId<SVGElement>('spectrum'), byId('spectrum-value'), layer);
    const end = drawPictures(byId('pictures'), layer, this.dense, this.compressed);
    byId('pictures-note').replaceChildren(
      `${(-end).toPrecision(2)}`,
      element('span', { class: 'scale', role: 'img', 'aria-label': 'colours from negative to positive' }),
      `${end.toPrecision(2)} and beyond. A pixel is a weight; rows are inputs, columns units, both sorted by their part in the leading ` +
        `singular vectors.${layer.rows === side * side ? ' Below: the weights of the largest units, as pictures of the drawing.' : ''}`,
    );
  }

  #choose(layer: LayerAbout): void {
    this.#layer = layer;
    this.draw();
  }
}

function sentence({ rows, columns, rank, leastError, error }: LayerAbout): string {
  const weights = `The kernel W has ${rows} × ${columns} = ${grouped(rows * columns)} weights.`;
  if (rank === null) {
    return `${weights} It has no more singular values than the rank, so it is kept whole; while the compressed network was trained on, it ` +
      `changed by ${percent(error)} of its norm.`;
  }
  const factors = rank * (rows + columns);
  return `${weights} At rank ${rank} two thin layers have ${grouped(factors)}, ${((rows * columns) / factors).toFixed(1)} times fewer. ` +
    `The best product of that rank misses ${percent(leastError)} of W’s norm (Eckart and Young); the network’s own, which was trained on from ` +
    `there, ${percent(error)}.`;
}
