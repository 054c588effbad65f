"""What the Python contestants share: the inputs, and taking turns over stdin and stdout.

    python CONTESTANT.py FOLDER THREADS

FOLDER holds images.bin (uint8, rows of 784), labels.bin (uint8), order.bin (int32, a permutation of the examples) and
weights-NET.bin (float32, one layer's kernel and bias after the other). THREADS is "default" or a number. One JSON object a
line: {"net", "batch", "form", "steps"} starts a training anew and times two calls of so many steps; {"steps"} goes on
with it. The first line that is written says which version answers.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

THREADS = None if sys.argv[2] == "default" else int(sys.argv[2])


class Inputs:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.permutation = np.fromfile(self.folder / "order.bin", np.int32)

    def examples(self):
        """Images from 0 to 1, [n, 784], and labels, [n]."""
        images = np.fromfile(self.folder / "images.bin", np.uint8).reshape(-1, 784)
        labels = np.fromfile(self.folder / "labels.bin", np.uint8)
        return images.astype(np.float32) / np.float32(255), labels.astype(np.int32)

    def order(self, steps, batch):
        """The examples of each step, [steps, batch]; after the last example follows the first."""
        return np.resize(self.permutation, (steps, batch))

    def weights(self, net):
        """The initial [kernel, bias, kernel, bias, ...] of a network such as "784-10"."""
        numbers = np.fromfile(self.folder / f"weights-{net}.bin", np.float32)
        widths = [int(width) for width in net.split("-")]
        parameters = []
        for inputs, outputs in zip(widths, widths[1:]):
            for shape in ((inputs, outputs), (outputs,)):
                size = int(np.prod(shape))
                parameters.append(numbers[:size].reshape(shape))
                numbers = numbers[size:]
        return parameters


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
    """`load(images, labels)` returns the data as `make(data, weights, batch, form)` wants them, which returns a Contestant."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What a library prints is not taken for an answer.

    def answer(**fields):
        print(json.dumps(fields), file=answers, flush=True)

    inputs = Inputs(sys.argv[1])
    data = load(*inputs.examples())
    answer(version=version)
    contestant = None
    for line in sys.stdin:
        request = json.loads(line)
        if "net" in request:
            contestant = None
            order = inputs.order(request["steps"], request["batch"])
            batch = request["batch"]
            start = time.perf_counter()
            contestant = make(data, inputs.weights(request["net"]), batch, request["form"])
            loss = contestant.train(order)
            first = time.perf_counter() - start
            start = time.perf_counter()
            contestant.train(order)
            answer(loss=loss, firstSeconds=first, secondSeconds=time.perf_counter() - start)
        else:
            answer(seconds=contestant.seconds(inputs.order(request["steps"], batch)))
