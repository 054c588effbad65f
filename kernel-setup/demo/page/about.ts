/** What `about.json` tells the page of the models that lie beside it. */
export interface About {
  /** What the models were made by: other settings make other models. */
  readonly key: string;
  /** What to write on the page if the digits are not MNIST. */
  readonly banner?: string;
  readonly trainingImages: number;
  readonly testImages: number;
  /** The dense model, then the compressed one. */
  readonly models: readonly ModelAbout[];
  /** The dense layers, from the first to the last. */
  readonly layers: readonly LayerAbout[];
  /** Test images, one of each class in turn. */
  readonly examples: readonly Example[];
}

export interface ModelAbout {
  readonly title: string;
  /** Where `model.json` lies, from the page. */
  readonly folder: string;
  /** How most of its weights are stored. */
  readonly weights: 'float32' | 'float16' | 'uint8';
  readonly parameters: number;
  /** The share of the test images that the stored model classifies rightly. */
  readonly accuracy: number;
}

export interface LayerAbout {
  /** Of the dense model's layer. The compressed model has `${name}_left` and `name`, or `name` alone where it is kept whole. */
  readonly name: string;
  /** Its kernel W is rows × columns. */
  readonly rows: number;
  readonly columns: number;
  /** Of the compressed model's kernel A; `null` where the layer is kept whole. */
  readonly rank: number | null;
  /** The singular values of W, all min(rows, columns) of them, descending. */
  readonly denseValues: readonly number[];
  /** Those of A that are not zero, descending. */
  readonly compressedValues: readonly number[];
  /** ‖W − A‖/‖W‖ of the best A that has the rank. */
  readonly leastError: number;
  /** ‖W − A‖/‖W‖ of the compressed model, whose training went on. */
  readonly error: number;
  /** The rows of W by their part in its leading left singular vector, ascending: neighbours are alike. */
  readonly rowOrder: readonly number[];
  readonly columnOrder: readonly number[];
}

export interface Example {
  readonly label: number;
  /** 28 × 28 bytes in base64, 0 for paper. */
  readonly pixels: string;
}
