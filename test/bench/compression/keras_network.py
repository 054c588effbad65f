"""The assignments' networks in Keras: dense layers with ReLU and a softmax on images of 28 × 28 pixels."""

from quiet_tensorflow import tf

import keras
from keras import layers

VERSION = f"Keras {keras.__version__}, TensorFlow {tf.__version__}"


def network(weights):
    kernels = weights[::2]
    hidden = [layers.Dense(kernel.shape[1], activation="relu") for kernel in kernels[:-1]]
    output = layers.Dense(kernels[-1].shape[1], activation="softmax")
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), *hidden, output])
    model.set_weights(weights)
    return model


def flat_network(*dense):
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), *dense])


def factors(kernel, rank):
    """u, s and v of the leading singular triplets, by TensorFlow's full decomposition."""
    s, u, v = tf.linalg.svd(kernel)
    return u[:, :rank], s[:rank], v[:, :rank]
