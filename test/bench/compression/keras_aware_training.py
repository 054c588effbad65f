"""The assignment's own loop in Keras; see aware_training.py. Forms: "eager", as it stands there; "function", under tf.function."""

import sys

import inputs
import numpy as np
from aware_training import RANK, serve_training
from keras_network import VERSION, factors, network
from quiet_tensorflow import tf

import keras

IMAGES, LABELS = inputs.examples()
IMAGES = IMAGES.reshape(-1, 28, 28)


class Training:
    def __init__(self, weights):
        self.baseline, self.feedforward = network(weights), network(weights)
        self.loss_fn = keras.losses.SparseCategoricalCrossentropy()
        self.optimizer = keras.optimizers.Adam()
        self.optimizer.build(self.baseline.trainable_variables)
        self.accuracy = keras.metrics.SparseCategoricalAccuracy()
        self.in_graph = tf.function(self.update_in_graph)

    def eager_step(self, rows):
        weights = [layer.get_weights() for layer in self.baseline.layers[1:]]
        batch_images, batch_labels = np.expand_dims(IMAGES[rows], axis=-1), np.array(LABELS[rows])
        for layer, (kernel, bias) in zip(self.feedforward.layers[1:-1], weights):
            u, s, v = factors(kernel, RANK)
            layer.set_weights([u @ tf.linalg.diag(s) @ tf.transpose(v), bias])
        self.feedforward.layers[-1].set_weights(weights[-1])
        loss = self.update(batch_images, batch_labels)
        self.accuracy.result().numpy()
        return loss

    def function_step(self, rows):
        return self.in_graph(tf.constant(IMAGES[rows][..., None]), tf.constant(LABELS[rows]))

    def update_in_graph(self, batch_images, batch_labels):
        for layer, full in zip(self.feedforward.layers[1:], self.baseline.layers[1:]):
            kernel = full.kernel.value
            if min(kernel.shape) > RANK:
                u, s, v = factors(kernel, RANK)
                kernel = tf.matmul(u * s, v, transpose_b=True)
            layer.kernel.assign(kernel)
            layer.bias.assign(full.bias)
        return self.update(batch_images, batch_labels)

    def update(self, batch_images, batch_labels):
        with tf.GradientTape() as tape:
            predictions = self.feedforward(batch_images)
            loss = self.loss_fn(batch_labels, predictions)
            self.accuracy.update_state(batch_labels, predictions)
        gradients = tape.gradient(loss, self.feedforward.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.baseline.trainable_variables))
        return loss


def main(form):
    def make(weights):
        training = Training(weights)
        return training.eager_step if form == "eager" else training.function_step

    serve_training(VERSION, make)


if __name__ == "__main__":
    main(sys.argv[2])
