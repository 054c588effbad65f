"""Assignments 2 and 3 in Keras, as they stand there, from their first training to their final figures.

    python keras_assignments.py FOLDER

FOLDER is the one of inputs.py. A request names the assignment and how many epochs, or steps, are measured of each training;
the answer has the seconds of these, the seconds of all else, and the loss of the first of each.
"""

import time

import aware_training
import inputs
import numpy as np
from keras_aware_training import Training
from keras_network import VERSION, factors, flat_network, layers, network
from quiet_tensorflow import tf
from turns import serve

import keras

SMALL_NET, RANKS = "784-100-50-10", ((50, 25, 5), (25, 12, 2), (12, 6, 1))


def pictures(images):
    return images.reshape(-1, 28, 28, 1)


class Times(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seconds, self.begin = [], None

    def on_epoch_begin(self, epoch, logs=None):
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.begin)


def answer(begin, trainings, figures):
    other = time.perf_counter() - begin - sum(sum(seconds) for seconds, _ in trainings)
    parts = [{"seconds": seconds, "loss": float(loss)} for seconds, loss in trainings]
    return {"parts": parts, "other": other, "figures": figures}


def accuracy(model, images, labels):
    return float(np.mean(np.argmax(model.predict(images, verbose=0), axis=1) == labels))


def compression(train, test, epochs, refinement):
    """Assignment 2: a training, and for each choice of ranks the factors and their refinement; what is predicted at the end."""
    trainings = []

    def fit(model, epochs):
        times = Times()
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(*train, batch_size=32, epochs=epochs, validation_data=test, verbose=0, callbacks=[times])
        trainings.append((times.seconds, history.history["loss"][0]))
        return accuracy(model, *test)

    begin = time.perf_counter()
    model = network(inputs.weights(SMALL_NET))
    figures = {"dense": fit(model, epochs)}
    for ranks in RANKS:
        dense, values = [], []
        for layer, rank in zip(model.layers[1:], ranks):
            kernel, bias = layer.get_weights()
            u, s, v = factors(kernel, rank)
            dense += [layers.Dense(rank, use_bias=False), layers.Dense(kernel.shape[1], activation=layer.activation)]
            values += [u * s, tf.transpose(v), bias]
        compressed = flat_network(*dense)
        compressed.set_weights(values)
        figures["/".join(map(str, ranks))] = fit(compressed, refinement)
    return answer(begin, trainings, figures)


def aware(test, steps):
    """Assignment 3: the training, the factors of both models by their decompositions, and what all four predict."""
    weights = inputs.weights(aware_training.NET)
    begin = time.perf_counter()
    training = Training(weights)
    seconds, losses = [], []
    for step in range(steps):
        start = time.perf_counter()
        first = step * aware_training.BATCH
        losses.append(training.eager_step(slice(first, first + aware_training.BATCH)))
        seconds.append(time.perf_counter() - start)
    figures = {}
    for name, model in {"feed-forward": training.feedforward, "full": training.baseline}.items():
        figures[name] = accuracy(model, *test)
        dense, values = [], []
        for layer in model.layers[1:-1]:
            u, s, v = factors(layer.get_weights()[0], aware_training.RANK)
            factor_layers = [layers.Dense(width, use_bias=False) for width in (len(s), len(s))]
            dense += [*factor_layers, layers.Dense(v.shape[0], use_bias=False, activation="relu")]
            values += [u, tf.linalg.diag(s), tf.transpose(v)]
        compressed = flat_network(*dense, layers.Dense(10, activation="softmax"))
        compressed.set_weights([*values, *model.layers[-1].get_weights()])
        figures[f"{name}, u/s/v"] = accuracy(compressed, *test)
    return answer(begin, [(seconds, losses[0])], figures)


def main():
    train, test = ((pictures(images), labels) for images, labels in (inputs.examples(), inputs.examples("test-")))

    def handle(assignment, epochs=0, refinement=0, steps=0):
        return compression(train, test, epochs, refinement) if assignment == 2 else aware(test, steps)

    serve(VERSION, handle)


main()
