import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputFolder, layerShapes } from '../shared/inputs';
import { runPython } from '../shared/programs';
import { trainDense } from '../shared/train-dense';

/** A matrix, and the one that it was a step before; files of float32 numbers. */
export interface MatrixFiles {
  readonly matrix: string;
  readonly older: string;
}

export type Spectrum = 'trained' | '1/j';

/** Layers of a trained network, and matrices with the singular values 1/j, of 784×1024 and 1024×1024. */
export class Matrices {
  readonly #folder: InputFolder;

  private constructor(folder: InputFolder) {
    this.#folder = folder;
  }

  static async write(): Promise<Matrices> {
    const matrices = new Matrices(await InputFolder.write(net));
    try {
      await writeTrainedLayers(matrices.#folder.path, ([rows, columns]) => matrices.files(rows, columns, 'trained'));
      for (const [rows, columns] of [[784, 1024], [1024, 1024]] as const) {
        const { matrix, older } = matrices.files(rows, columns, '1/j');
        runPython('svd/decaying_matrices.py', String(rows), String(columns), matrix, older);
      }
      return matrices;
    } catch (error) {
      matrices.remove();
      throw error;
    }
  }

  get digits(): string {
    return this.#folder.source === 'synthetic' ? 'synthetic digits' : 'MNIST';
  }

  files(rows: number, columns: number, spectrum: Spectrum): MatrixFiles {
    const path = this.path(`${spectrum === '1/j' ? 'decaying' : spectrum}-${rows}-${columns}`);
    return { matrix: `${path}.bin`, older: `${path}-older.bin` };
  }

  path(name: string): string {
    return join(this.#folder.path, name);
  }

  remove(): void {
    this.#folder.remove();
  }
}

const net = '784-1024-1024-10';
export const trainingSteps = 400;

/** The hidden layers' weights after that many steps, and after one less. */
async function writeTrainedLayers(folder: string, filesOf: (shape: [number, number]) => MatrixFiles): Promise<void> {
  const shapes = layerShapes(net).slice(0, -1);
  const write = (name: keyof MatrixFiles) => (parameters: readonly Float32Array[]) =>
    shapes.forEach((shape, i) => writeFileSync(filesOf(shape)[name], parameters[2 * i]!));
  await trainDense(folder, net, [
    [trainingSteps - 1, write('older')],
    [trainingSteps, write('matrix')],
  ]);
}
