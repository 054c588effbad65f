"""The network compressed by TensorFlow's full decomposition, and both in Keras; see models.py. Methods: "predict" and "call"."""

import numpy as np
from keras_network import VERSION, factors, flat_network, layers, network
from models import RANK, larger, serve_models
from quiet_tensorflow import tf


def compressed(weights, method):
    dense, values = [], []
    for kernel, bias in larger(weights):
        u, s, v = factors(kernel, RANK)
        dense += [layers.Dense(RANK, use_bias=False), layers.Dense(kernel.shape[1], activation="relu")]
        values += [u * s, tf.transpose(v), bias]
    model = flat_network(*dense, layers.Dense(weights[-1].shape[0], activation="softmax"))
    model.set_weights([*values, *weights[-2:]])
    return model


def truncated_kernels(model):
    dense = model.layers[1:-1]
    return [left.get_weights()[0] @ right.get_weights()[0] for left, right in zip(dense[::2], dense[1::2])]


def predict(model, method, images, batch):
    images = images.reshape(-1, 28, 28, 1)
    if method == "predict":
        return lambda: model.predict(images, batch_size=batch, verbose=0)
    batches = [tf.constant(part) for part in np.split(images, len(images) // batch)]
    return lambda: tf.concat([model(part, training=False) for part in batches], 0)


serve_models(VERSION, network, compressed, truncated_kernels, predict)
