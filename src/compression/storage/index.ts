export { fileHandler } from './file-handler';
export { loadModel } from './load-model';
export { ModelFileError } from './model-file-error';
export { onlyKernels } from './only-kernels';
export { quantizeArtifacts, type StoredWeights, type StoredWeightsRule } from './quantize-artifacts';
export { saveModel, type SaveModelOptions } from './save-model';
export { withStoredWeights } from './with-stored-weights';
export type { SavedModelInfo } from './write-model';
