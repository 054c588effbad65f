"""Keras's `fit` on arrays, as it comes; see peer.py."""

import time

from keras_network import network
from peer import Contestant, serve
from tensorflow_threads import tf

import keras


class EpochTimes(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.begins, self.ends = [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.begins.append(time.perf_counter())

    def on_epoch_end(self, epoch, logs=None):
        self.ends.append(time.perf_counter())


class Fit(Contestant):
    def __init__(self, data, layers, batch, form):
        self.images, self.labels = data
        self.batch = batch
        self.model = network(layers)
        self.model.compile(
            optimizer=keras.optimizers.Adam(1e-3),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )

    def fit(self, order, **options):
        rows = order.ravel()
        return self.model.fit(self.images[rows], self.labels[rows], batch_size=self.batch, verbose=0, **options)

    def train(self, order):
        return self.fit(order, shuffle=False).history["loss"][0]

    def seconds(self, order):
        """Of the second epoch, with fit's own shuffling: what `fit` does once a call is left out."""
        times = EpochTimes()
        self.fit(order, epochs=2, callbacks=[times])
        return times.ends[1] - times.begins[1]


serve(f"Keras {keras.__version__}, TensorFlow {tf.__version__}", lambda *arrays: arrays, Fit)
