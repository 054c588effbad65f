import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { compileAlike } from './compile-alike';
import { callOf, isModel } from './model-graph';

/** One layer, or several that are applied one after the other, instead of a layer; `undefined` for a copy of it. */
export type Replacement = tf.layers.Layer | readonly tf.layers.Layer[] | undefined;

type Layer = tf.layers.Layer;

/**
 * A new model of the same kind, with the same names, in which each layer is replaced by others or copied with its weights. Layers that
 * are used several times stay shared; models within the model are rebuilt likewise. Wrappers, recurrent and other layers that
 * hold layers of their own are passed to `replace` whole. If the model is compiled, so is the new one, with a new optimizer
 * of the same settings. Nothing is shared with the model, which stays as it is.
 *
 * @param replace is asked once for each layer but inputs and models; what it returns belongs to the new model
 * @throws TypeError if the model is none of TensorFlow.js's layers models or has no layers yet; what `replace` throws. What was
 *   made until then is disposed.
 */
export function rebuildModel<M extends tf.LayersModel>(model: M, replace: (layer: tf.layers.Layer) => Replacement = () => undefined): M {
  checkModel('rebuildModel', model);
  const rebuilding = new Rebuilding(replace);
  try {
    const copy = rebuilding.model(model);
    rebuilding.copyWeights();
    compileAlike(copy, model);
    const metadata = model.getUserDefinedMetadata();
    if (metadata !== undefined) copy.setUserDefinedMetadata(structuredClone(metadata));
    return copy as M;
  } catch (error) {
    rebuilding.dispose();
    throw error;
  }
}

/** @throws TypeError if it is no layers model, or one without layers */
export function checkModel(name: string, model: tf.LayersModel): void {
  if (!(model instanceof tensorFlowJs().LayersModel)) {
    throw new TypeError(`${name}: model is no tf.LayersModel; make one with tf.sequential, tf.model or tf.loadLayersModel`);
  }
  if (model.outputs.length === 0) {
    throw new TypeError(`${name}: the model is not built; it must have layers, and its first one an inputShape`);
  }
}

class Rebuilding {
  readonly #replace: (layer: Layer) => Replacement;
  readonly #layers = new Map<Layer, readonly Layer[]>();
  readonly #tensors = new Map<tf.SymbolicTensor, tf.SymbolicTensor>();
  readonly #copies: { readonly from: Layer; readonly to: Layer }[] = [];

  constructor(replace: (layer: Layer) => Replacement) {
    this.#replace = replace;
  }

  model(model: tf.LayersModel): tf.LayersModel {
    const copy = model instanceof tensorFlowJs().Sequential ? this.#sequential(model) : this.#functional(model);
    if (!model.trainable) copy.trainable = false;
    if (copy instanceof tensorFlowJs().Sequential) copy.build();
    return copy;
  }

  copyWeights(): void {
    for (const [from, [...to]] of this.#layers) to.forEach((layer) => keepFrozen(from, layer));
    for (const { from, to } of this.#copies) to.setWeights(from.getWeights());
  }

  dispose(): void {
    const variables = new Set([...this.#layers.values()].flat().filter((layer) => !isModel(layer)).flatMap(({ weights }) => weights));
    variables.forEach((variable) => variable.dispose());
  }

  #sequential(model: tf.Sequential): tf.Sequential {
    const copy = tensorFlowJs().sequential({ name: model.name });
    const layers = model.layers.flatMap((layer) => this.#layer(layer));
    connectToInput(layers[0]!, model.inputs[0]!);
    layers.forEach((layer) => copy.add(layer));
    return copy;
  }

  #functional(model: tf.LayersModel): tf.LayersModel {
    const inputs = model.inputs.map((x) => this.#input(x));
    const outputs = model.outputs.map((x) => this.#tensor(x));
    return tensorFlowJs().model({ inputs, outputs, name: model.name });
  }

  #input(x: tf.SymbolicTensor): tf.SymbolicTensor {
    const known = this.#tensors.get(x);
    if (known !== undefined) return known;
    const made = inputLike(x);
    this.#tensors.set(x, made);
    return made;
  }

  /** The tensor that corresponds to x, with all that leads to it. */
  #tensor(x: tf.SymbolicTensor): tf.SymbolicTensor {
    const known = this.#tensors.get(x);
    if (known !== undefined) return known;
    const { inputTensors, outputTensors, callArgs } = callOf(x);
    let y = inputTensors.map((input) => this.#tensor(input));
    this.#layer(x.sourceLayer).forEach((layer, at) => {
      const result = layer.apply(y.length === 1 ? y[0]! : y, at === 0 ? argumentsOf(callArgs) : {});
      y = (Array.isArray(result) ? result : [result]) as tf.SymbolicTensor[];
    });
    outputTensors.forEach((output, at) => this.#tensors.set(output, y[at]!));
    return this.#tensors.get(x)!;
  }

  #layer(layer: Layer): readonly Layer[] {
    const known = this.#layers.get(layer);
    if (known !== undefined) return known;
    const made = isModel(layer) ? [this.model(layer)] : this.#replacement(layer);
    this.#layers.set(layer, made);
    return made;
  }

  #replacement(layer: Layer): readonly Layer[] {
    const given = layer.getClassName() === 'InputLayer' ? undefined : this.#replace(layer);
    if (given === undefined) {
      const copy = withoutWeights(layer);
      this.#copies.push({ from: layer, to: copy });
      return [copy];
    }
    const made = [given].flat();
    const wrong = made.length === 0 ? 'no layer' : made.includes(layer) ? 'itself' : undefined;
    if (wrong === undefined) return made;
    throw new TypeError(`rebuildModel: layer '${layer.name}' is replaced by ${wrong}; a new layer is needed`);
  }
}

/** A layer of the same class and configuration; its weights are not drawn but zeros, since they are overwritten. */
function withoutWeights(layer: Layer): Layer {
  const layerClass = layer.constructor as unknown as tf.serialization.SerializableConstructor<Layer>;
  const copy = layerClass.fromConfig(layerClass, layer.getConfig());
  copy.setFastWeightInitDuringBuild(true);
  return copy;
}

/** Connects the first layer of a sequential model to an input that is called as the one of the original. */
function connectToInput(first: Layer, input: tf.SymbolicTensor): void {
  if (first.inboundNodes.length > 0) return;
  if (first.batchInputShape === undefined) Object.assign(first, { batchInputShape: input.shape, dtype: input.dtype });
  first.apply(inputLike(input));
}

function inputLike({ sourceLayer, shape, dtype }: tf.SymbolicTensor): tf.SymbolicTensor {
  const { sparse } = sourceLayer as unknown as { readonly sparse?: boolean };
  return tensorFlowJs().input({ batchShape: shape, dtype, sparse, name: sourceLayer.name });
}

/** Without masks, which passes leave there, and without symbolic tensors, which are among the inputs too. */
function argumentsOf(callArgs: LayerArguments = {}): LayerArguments {
  const { Tensor, SymbolicTensor } = tensorFlowJs();
  const holdsTensors = (value: unknown): boolean =>
    value instanceof Tensor || value instanceof SymbolicTensor || (Array.isArray(value) && value.some(holdsTensors));
  return Object.fromEntries(Object.entries(callArgs ?? {}).filter(([name, value]) => name !== 'mask' && !holdsTensors(value)));
}

type LayerArguments = NonNullable<Parameters<Layer['apply']>[1]>;

/** Weights that are frozen one by one, by a model that the layer was a part of, stay frozen. */
function keepFrozen(from: Layer, to: Layer): void {
  const [own, copied] = [ownWeights(from), ownWeights(to)];
  const all = own.length > 0 && own.every(({ trainable }) => !trainable);
  copied.forEach((weight, at) => {
    if (all || (own.length === copied.length && !own[at]!.trainable)) weight.trainable = false;
  });
}

/** Those that a layer would train, frozen or not, in the order in which they were made. */
function ownWeights(layer: Layer): { trainable: boolean }[] {
  return (layer as unknown as { readonly _trainableWeights: { trainable: boolean }[] })._trainableWeights;
}
