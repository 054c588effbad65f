"""What the trainings in Python share: where they start from, and their turns.

    python CONTESTANT.py FOLDER [FORM]

FOLDER is the one of inputs.py. {"start": true, "steps"} starts anew with so many steps, {"start": false, "steps"} goes on;
both answer with the seconds and the loss of each step.
"""

import time

import inputs
import numpy as np
from turns import serve

NET, RANK, BATCH, RATE = "784-1024-10", 20, 128, 1e-3


def examples():
    """Images from 0 to 1, [n, 784], and labels with a one at the class, [n, 10]."""
    images, labels = inputs.examples()
    return images, np.eye(10, dtype=np.float32)[labels]


def initial_weights():
    """[w1, b1, w2, b2]"""
    return inputs.weights(NET)


def serve_training(version, make):
    """`make()` returns a training from the start: called with each step's examples, it returns the losses."""
    order = inputs.permutation()
    batches = np.split(order, range(BATCH, len(order), BATCH))
    train, done = None, 0

    def handle(start, steps):
        nonlocal train, done
        begin = time.perf_counter()
        if start:
            train, done = make(), 0
        losses = train(batches[done : done + steps])
        done += steps
        return {"seconds": time.perf_counter() - begin, "losses": [float(loss) for loss in losses]}

    serve(version, handle)
