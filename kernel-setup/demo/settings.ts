/** What the demo's two models are, and how long they are trained. */
export interface DemoSettings {
  readonly trainingImages: number;
  readonly hiddenLayers: number;
  /** Units of a hidden layer. */
  readonly width: number;
  readonly denseEpochs: number;
  /** Of the hidden layers of the compressed model. */
  readonly rank: number;
  /** Epochs that the compressed model is trained on. */
  readonly tunedEpochs: number;
}

/** The network of assignment 3 at its rank; about a minute and a half of training on two cores. */
export const fullSettings: DemoSettings = { trainingImages: 60_000, hiddenLayers: 5, width: 1024, denseEpochs: 4, rank: 20, tunedEpochs: 8 };

/** To see the page at once: smaller, and some seconds of training. */
export const quickSettings: DemoSettings = { trainingImages: 12_800, hiddenLayers: 2, width: 128, denseEpochs: 4, rank: 12, tunedEpochs: 2 };
