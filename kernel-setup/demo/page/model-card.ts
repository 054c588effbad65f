import { element, grouped, megabytes, percent } from './elements.js';
import type { Network } from './network.js';

const bytesOf = { float32: 4, float16: 2, uint8: 1 };

/** A network's facts and its live answer. */
export class ModelCard {
  readonly element: HTMLElement;
  readonly #network: Network;
  readonly #answer = element('p', { class: 'answer', 'aria-live': 'polite' });
  readonly #time = element('dd', {}, '–');
  readonly #chart = element('div', { class: 'bars', role: 'img' });
  readonly #bars = Array.from({ length: 10 }, (_, digit) => {
    const fill = element('div', { class: 'fill' });
    const share = element('span', { class: 'share' });
    const bar = element('div', { class: 'bar' }, element('span', {}, String(digit)), element('div', { class: 'track' }, fill), share);
    return { bar, fill, share };
  });

  /** @param kind as which it is coloured */
  constructor(network: Network, kind: 'dense' | 'compressed') {
    this.#network = network;
    const { about, bytes, files } = network;
    this.#chart.append(...this.#bars.map(({ bar }) => bar));
    const size = bytesOf[about.weights];
    const exactly = `${grouped(bytes)} bytes in ${files} files`;
    const facts: [string, Node][] = [
      ['downloaded', element('dd', { class: 'bytes', 'data-bytes': String(bytes), title: exactly }, megabytes(bytes))],
      ['parameters', element('dd', {}, grouped(about.parameters))],
      ['a weight', element('dd', {}, `${about.weights}, ${size} ${size === 1 ? 'byte' : 'bytes'}`)],
      ['a prediction, median', this.#time],
      ['right on test images', element('dd', {}, percent(about.accuracy, 2))],
    ];
    this.element = element(
      'article',
      { class: `model ${kind}`, 'data-model': kind },
      element('h3', {}, about.title),
      this.#answer,
      this.#chart,
      element('dl', {}, ...facts.flatMap(([name, value]) => [element('dt', {}, name), value])),
    );
    this.clear();
  }

  /** What the network makes of an image. */
  show(image: Float32Array): void {
    const probabilities = this.#network.predict(image);
    const best = probabilities.indexOf(Math.max(...probabilities));
    this.#bars.forEach(({ bar, fill, share }, digit) => {
      bar.classList.toggle('best', digit === best);
      fill.style.width = `${100 * probabilities[digit]!}%`;
      share.textContent = percent(probabilities[digit]!, 0);
    });
    this.#say(String(best), percent(probabilities[best]!));
    this.#chart.setAttribute('aria-label', Array.from(probabilities, (share, digit) => `${digit}: ${percent(share, 0)}`).join(', '));
    this.#time.textContent = `${this.#network.time!.toFixed(1)} ms`;
  }

  clear(): void {
    for (const { bar, fill, share } of this.#bars) {
      bar.classList.remove('best');
      fill.style.width = '0';
      share.textContent = '';
    }
    this.#answer.replaceChildren(element('span', { class: 'note' }, 'no ink yet'));
    this.#chart.setAttribute('aria-label', 'no probabilities yet');
  }

  /** What has not changed is not said again. */
  #say(digit: string, share: string): void {
    const [strong, note] = this.#answer.children;
    if (strong?.tagName === 'STRONG') {
      if (strong.textContent !== digit) strong.textContent = digit;
      if (note!.textContent !== share) note!.textContent = share;
    } else {
      this.#answer.replaceChildren(element('strong', {}, digit), element('span', { 'aria-hidden': 'true' }, share));
    }
  }
}
