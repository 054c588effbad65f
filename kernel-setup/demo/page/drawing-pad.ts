import { side } from './mnist-image.js';

/** Of the pen, in the canvas's own pixels: a digit that fills the canvas has strokes as wide as MNIST's. */
const penWidth = 22;

/** A canvas to draw on with a mouse, a pen or fingers. How much ink there is, is the canvas's opacity. */
export class DrawingPad {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #onChange: () => void;
  /** Where each pointer that is down was last. */
  readonly #pointers = new Map<number, DOMPoint>();

  constructor(canvas: HTMLCanvasElement, onChange: () => void) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { willReadFrequently: true })!;
    this.#onChange = onChange;
    canvas.addEventListener('pointerdown', (event) => this.#start(event));
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel'] as const) canvas.addEventListener(end, ({ pointerId }) => this.#pointers.delete(pointerId));
  }

  get width(): number {
    return this.#canvas.width;
  }

  get height(): number {
    return this.#canvas.height;
  }

  /** [height, width], from 0 to 255. */
  ink(): Uint8Array {
    const { data } = this.#context.getImageData(0, 0, this.width, this.height);
    return Uint8Array.from({ length: this.width * this.height }, (_, i) => data[4 * i + 3]!);
  }

  clear(): void {
    this.#context.clearRect(0, 0, this.width, this.height);
    this.#onChange();
  }

  /** @param pixels an image of MNIST's, [28, 28], from 0 to 255 */
  show(pixels: Uint8Array): void {
    const small = new OffscreenCanvas(side, side);
    const image = new ImageData(side, side);
    const [red, green, blue] = rgb(this.#colour());
    pixels.forEach((value, i) => image.data.set([red, green, blue, value], 4 * i));
    small.getContext('2d')!.putImageData(image, 0, 0);
    this.#context.clearRect(0, 0, this.width, this.height);
    this.#context.drawImage(small, 0, 0, this.width, this.height);
    this.#onChange();
  }

  /** Gives the ink its colour anew, when the page's colours have changed. */
  recolour(): void {
    const context = this.#context;
    context.save();
    context.globalCompositeOperation = 'source-in';
    context.fillStyle = this.#colour();
    context.fillRect(0, 0, this.width, this.height);
    context.restore();
  }

  #colour(): string {
    return getComputedStyle(this.#canvas).getPropertyValue('--ink').trim();
  }

  #start(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.#canvas.setPointerCapture(event.pointerId);
    const point = this.#pointOf(event);
    this.#pointers.set(event.pointerId, point);
    this.#stroke(point, point);
  }

  #move(event: PointerEvent): void {
    if (!this.#pointers.has(event.pointerId)) return;
    // Between two frames a pointer goes through more points than one.
    const points = event.getCoalescedEvents?.() ?? [];
    for (const each of points.length > 0 ? points : [event]) {
      const point = this.#pointOf(each);
      this.#stroke(this.#pointers.get(event.pointerId)!, point);
      this.#pointers.set(event.pointerId, point);
    }
  }

  #stroke(from: DOMPoint, to: DOMPoint): void {
    const context = this.#context;
    Object.assign(context, { lineWidth: penWidth, lineCap: 'round', lineJoin: 'round', strokeStyle: this.#colour() });
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    this.#onChange();
  }

  #pointOf({ clientX, clientY }: PointerEvent): DOMPoint {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return new DOMPoint(((clientX - left) / width) * this.width, ((clientY - top) / height) * this.height);
  }
}

/** Red, green and blue of a colour like #1f2328. */
export function rgb(colour: string): [number, number, number] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
}
