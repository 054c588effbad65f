import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMnist, type Mnist } from '../../../src/data';
import { denseSVD } from '../../../src/linalg/dense/svd';
import { MersenneTwister, permutation } from '../../../src/tensorflow';
import { isInSvdForm, networkLayers } from './networks';

/** The files from which every contestant starts; inputs.py says what they hold. */
export class InputFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'bench-'));

  private constructor(
    readonly source: Mnist['source'],
    readonly examples: number,
  ) {}

  static async write(...nets: readonly string[]): Promise<InputFolder> {
    const { train, test, source } = await loadMnist();
    const folder = new InputFolder(source, train.labels.length);
    for (const [prefix, { images, labels }] of [['', train], ['test-', test]] as const) {
      writeFileSync(join(folder.path, `${prefix}images.bin`), images.data);
      writeFileSync(join(folder.path, `${prefix}labels.bin`), labels);
    }
    writeFileSync(join(folder.path, 'order.bin'), Int32Array.from(permutation(train.labels.length, 0)));
    for (const net of nets) writeFileSync(weightsFile(folder.path, net), initialWeights(net));
    return folder;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Where the weights are from which everyone starts. */
  weights(net: string): string {
    return weightsFile(this.path, net);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface Examples {
  /** [examples, 784], from 0 to 1. */
  readonly images: Float32Array;
  /** [examples, 10] with a one at the label. */
  readonly oneHotLabels: Float32Array;
}

export interface Inputs extends Examples {
  /** A permutation of the examples. */
  readonly permutation: Int32Array;
}

export function readInputs(folder: string): Inputs {
  return { ...readExamples(folder), permutation: new Int32Array(bytes(join(folder, 'order.bin'))) };
}

/** @param prefix 'test-' for the test set */
export function readExamples(folder: string, prefix: '' | 'test-' = ''): Examples {
  const [pixels, labels] = ['images.bin', 'labels.bin'].map((name) => readFileSync(join(folder, `${prefix}${name}`)));
  const oneHotLabels = new Float32Array(labels!.length * 10);
  labels!.forEach((label, i) => (oneHotLabels[i * 10 + label] = 1));
  const images = new Float32Array(pixels!.length);
  pixels!.forEach((pixel, i) => (images[i] = pixel / 255));
  return { images, oneHotLabels };
}

export interface DenseWeights {
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly shape: [number, number];
}

/** The kernel and bias of each layer of a network such as '784-10' from which everyone starts. */
export function readWeights(folder: string, net: string): DenseWeights[] {
  const numbers = readNumbers(folder, net);
  let at = 0;
  const next = (length: number) => numbers.subarray(at, (at += length));
  return layerShapes(net).map(([inputs, outputs]) => ({
    kernel: next(inputs * outputs),
    bias: next(outputs),
    shape: [inputs, outputs],
  }));
}

/** All weights of any network from which everyone starts, one after the other. */
export function readNumbers(folder: string, net: string): Float32Array {
  return new Float32Array(bytes(weightsFile(folder, net)));
}

/** Lets everyone start from other weights: the kernel and bias of one layer after the other. */
export function replaceWeights(folder: string, net: string, arrays: readonly Float32Array[]): void {
  writeArrays(weightsFile(folder, net), arrays);
}

export function layerShapes(net: string): [number, number][] {
  return networkLayers(net).map(({ shape }) => shape);
}

/** Glorot's uniform kernels, or their decompositions U, s and V, and biases of zero. */
function initialWeights(net: string): Float32Array {
  const twister = MersenneTwister.fromSeed(0);
  const layers = layerShapes(net).flatMap(([inputs, outputs]) => {
    const limit = Math.sqrt(6 / (inputs + outputs));
    const draw = () => ((2 * twister.nextUint32()) / 2 ** 32 - 1) * limit;
    const kernel = Array.from({ length: inputs * outputs }, draw);
    return [...(isInSvdForm(net) ? decomposed(kernel, inputs, outputs) : kernel), ...new Array<number>(outputs).fill(0)];
  });
  return Float32Array.from(layers);
}

/** The vectors begin shorter than 1: at orthonormal ones the gradient of the penalty is rounding, and Adam's first steps go by its sign. */
const length = 0.9;

function decomposed(kernel: readonly number[], rows: number, columns: number): number[] {
  const { u, s, v } = denseSVD(kernel, rows, columns);
  return [...u.map((x) => length * x), ...s, ...v.map((x) => length * x)];
}

function weightsFile(folder: string, net: string): string {
  return join(folder, `weights-${net}.bin`);
}

/** One array after the other, as inputs.py reads them. */
export function writeArrays(path: string, arrays: readonly Float32Array[]): void {
  writeFileSync(path, Buffer.concat(arrays.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength))));
}

function bytes(path: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength);
}
