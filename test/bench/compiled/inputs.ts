import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMnist, type Mnist } from '../../../src/data';
import { MersenneTwister, permutation } from '../../../src/tensorflow';

/** The files from which every contestant starts; peer.py says what they hold. */
export class InputFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'compiled-'));

  private constructor(
    readonly source: Mnist['source'],
    readonly examples: number,
  ) {}

  static async write(net: string): Promise<InputFolder> {
    const { train, source } = await loadMnist();
    const folder = new InputFolder(source, train.labels.length);
    writeFileSync(join(folder.path, 'images.bin'), train.images.data);
    writeFileSync(join(folder.path, 'labels.bin'), train.labels);
    writeFileSync(join(folder.path, 'order.bin'), Int32Array.from(permutation(train.labels.length, 0)));
    writeFileSync(join(folder.path, `weights-${net}.bin`), initialWeights(net));
    return folder;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface Inputs {
  /** [examples, 784], from 0 to 1. */
  readonly images: Float32Array;
  /** [examples, 10] with a one at the label. */
  readonly oneHotLabels: Float32Array;
  /** A permutation of the examples. */
  readonly permutation: Int32Array;
}

export function readInputs(folder: string): Inputs {
  const [pixels, labels] = ['images.bin', 'labels.bin'].map((name) => readFileSync(join(folder, name)));
  const oneHotLabels = new Float32Array(labels!.length * 10);
  labels!.forEach((label, i) => (oneHotLabels[i * 10 + label] = 1));
  const images = new Float32Array(pixels!.length);
  pixels!.forEach((pixel, i) => (images[i] = pixel / 255));
  return { images, oneHotLabels, permutation: new Int32Array(bytes(folder, 'order.bin')) };
}

/** The initial kernel and bias of each layer of a network such as '784-10'. */
export function readWeights(folder: string, net: string): { kernel: Float32Array; bias: Float32Array; shape: [number, number] }[] {
  const buffer = bytes(folder, `weights-${net}.bin`);
  let at = 0;
  const next = (length: number) => new Float32Array(buffer, (at += 4 * length) - 4 * length, length);
  return layerShapes(net).map(([inputs, outputs]) => ({
    kernel: next(inputs * outputs),
    bias: next(outputs),
    shape: [inputs, outputs],
  }));
}

export function layerShapes(net: string): [number, number][] {
  const widths = net.split('-').map(Number);
  return widths.slice(1).map((outputs, i) => [widths[i]!, outputs]);
}

/** Glorot's uniform kernels and biases of zero. */
function initialWeights(net: string): Float32Array {
  const twister = MersenneTwister.fromSeed(0);
  const layers = layerShapes(net).flatMap(([inputs, outputs]) => {
    const limit = Math.sqrt(6 / (inputs + outputs));
    const draw = () => ((2 * twister.nextUint32()) / 2 ** 32 - 1) * limit;
    return [...Array.from({ length: inputs * outputs }, draw), ...new Array<number>(outputs).fill(0)];
  });
  return Float32Array.from(layers);
}

function bytes(folder: string, name: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = readFileSync(join(folder, name));
  return (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength);
}
