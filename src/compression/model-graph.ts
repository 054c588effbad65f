import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';

/** One call of a layer on symbolic tensors, as TensorFlow.js keeps it. */
export type LayerCall = tf.layers.Layer['inboundNodes'][number];

/** The call that a symbolic tensor came from. */
export function callOf(x: tf.SymbolicTensor): LayerCall {
  return x.sourceLayer.inboundNodes[x.nodeIndex]!;
}

/** Whether a layer is a model with layers of its own. */
export function isModel(layer: tf.layers.Layer): layer is tf.LayersModel {
  return layer instanceof tensorFlowJs().LayersModel;
}

/** A layer of a model or of a model within it. */
export interface PlacedLayer {
  readonly layer: tf.layers.Layer;
  /** Its name, after those of the models in which it lies: 'encoder/dense_1'. */
  readonly path: string;
  /** Its calls, each as often as it is made in a pass through the model. */
  readonly calls: readonly LayerCall[];
}

/** All layers, once each, in the model's order; what wrappers and recurrent layers hold is not looked into. */
export function placedLayers(model: tf.LayersModel): PlacedLayer[] {
  const calls = new Map<tf.layers.Layer, LayerCall[]>();
  collectCalls(model, calls);
  const placed = new Map<tf.layers.Layer, PlacedLayer>();
  const visit = (container: tf.LayersModel, folder: string) => {
    for (const layer of container.layers) {
      const path = folder + layer.name;
      if (isModel(layer)) visit(layer, `${path}/`);
      else if (!placed.has(layer)) placed.set(layer, { layer, path, calls: calls.get(layer) ?? [] });
    }
  };
  visit(model, '');
  return [...placed.values()];
}

/** The calls that lead from a model's inputs to its outputs, without those within the models that it calls. */
export function ownCalls(model: tf.LayersModel): Set<LayerCall> {
  const calls = new Set<LayerCall>();
  const visit = (x: tf.SymbolicTensor) => {
    const call = callOf(x);
    if (calls.has(call) || x.sourceLayer.getClassName() === 'InputLayer') return;
    calls.add(call);
    call.inputTensors.forEach(visit);
  };
  model.outputs.forEach(visit);
  return calls;
}

function collectCalls(model: tf.LayersModel, calls: Map<tf.layers.Layer, LayerCall[]>): void {
  for (const call of ownCalls(model)) {
    const layer = call.outboundLayer;
    if (isModel(layer)) collectCalls(layer, calls);
    else calls.set(layer, [...(calls.get(layer) ?? []), call]);
  }
}
