"""What the programs in Python share that compress the trained network and predict with it: their turns.

    python CONTESTANT.py FOLDER

FOLDER is the one of inputs.py, with the trained weights. {"method"} compresses by this method and times that; a file may
be named for the truncated kernels. {"model", "method", "batch", "batches"} times the predictions of "dense" or "rank 20" for
so many batches of the first examples, and answers with their loss besides.
"""

import time

import inputs
import numpy as np
from turns import serve

NET, RANK = "784-1024-1024-1024-1024-1024-10", 20


def larger(weights):
    """The kernels that are truncated, with their biases."""
    return [pair for pair in zip(weights[::2], weights[1::2]) if min(pair[0].shape) > RANK]


def serve_models(version, dense, compressed, truncated_kernels, predict):
    """
    `dense(weights)` and `compressed(weights, method)` return models, `truncated_kernels(model)` the products of the latter's
    factors, and `predict(model, method, images, batch)` makes a function that returns all predictions.
    """
    weights = inputs.weights(NET)
    images, labels = inputs.examples()
    models = {"dense": dense(weights), f"rank {RANK}": compressed(weights, "svd")}

    def compress(method, truncated):
        begin = time.perf_counter()
        model = compressed(weights, method)
        seconds = time.perf_counter() - begin
        if truncated is not None:
            np.concatenate([kernel.ravel() for kernel in truncated_kernels(model)]).tofile(truncated)
        return {"seconds": seconds}

    def handle(method, truncated=None, model=None, batch=None, batches=None):
        if model is None:
            return compress(method, truncated)
        count = batch * batches
        call = predict(models[model], method, images[:count], batch)
        begin = time.perf_counter()
        probabilities = np.asarray(call())
        seconds = time.perf_counter() - begin
        likelihoods = probabilities[np.arange(count), labels[:count]]
        return {"seconds": seconds, "loss": float(-np.log(np.maximum(likelihoods, 1e-7)).mean())}

    serve(version, handle)
