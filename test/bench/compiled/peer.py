"""What the Python contestants share: the inputs, and taking turns over stdin and stdout.

    python CONTESTANT.py FOLDER THREADS

FOLDER is the one of inputs.py; THREADS is "default" or a number. One JSON object a line: {"net", "batch", "form", "steps"}
starts a training anew and times two calls of so many steps; {"steps"} goes on with it. The first line that is written
says which version answers.
"""

import sys
import time

import inputs
import numpy as np
import turns

ORTHOGONALITY, SPARSITY = 0.01, 0.01  # The penalties of layers in SVD form.
THREADS = None if sys.argv[2] == "default" else int(sys.argv[2])


class Contestant:
    """A training that `train` continues by a step for each row of `order`, returning the mean of their losses."""

    def train(self, order):
        raise NotImplementedError

    def seconds(self, order):
        """How long as many steps take; their examples may be others."""
        start = time.perf_counter()
        self.train(order)
        return time.perf_counter() - start


def serve(version, load, make):
    """`load(images, labels)` returns the data as `make(data, layers, batch, form)` wants them, which returns a Contestant."""
    permutation = inputs.permutation()
    data = load(*inputs.examples())
    contestant, batch_size = None, None

    def order(steps):
        """The examples of each step, [steps, batch]; after the last example follows the first."""
        return np.resize(permutation, (steps, batch_size))

    def handle(steps, net=None, batch=None, form=None):
        nonlocal contestant, batch_size
        if net is None:
            return {"seconds": contestant.seconds(order(steps))}
        contestant, batch_size = None, batch
        start = time.perf_counter()
        contestant = make(data, inputs.network(net), batch, form)
        loss = contestant.train(order(steps))
        first = time.perf_counter() - start
        start = time.perf_counter()
        contestant.train(order(steps))
        return {"loss": loss, "firstSeconds": first, "secondSeconds": time.perf_counter() - start}

    turns.serve(version, handle)
