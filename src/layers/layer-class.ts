import { tensorFlowJs } from '../tensorflow/tensorflow-js';

type TensorFlowJs = ReturnType<typeof tensorFlowJs>;

/**
 * A layer's class, made and registered, so that saved models with such layers can be loaded, on the first call: that one loads
 * TensorFlow.js, and importing the layer does not.
 */
export function layerClass<C>(make: (tf: TensorFlowJs) => unknown): () => C {
  let made: C | undefined;
  return () => {
    if (made === undefined) {
      const tf = tensorFlowJs();
      made = make(tf) as C;
      tf.serialization.registerClass(made as never);
    }
    return made;
  };
}
