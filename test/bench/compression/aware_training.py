"""What the compression-aware trainings in Python share: their turns.

    python CONTESTANT.py FOLDER [FORM]

FOLDER is the one of inputs.py, with the trained weights of the network. {"start": true, "steps"} starts anew with so many
steps, {"start": false, "steps"} goes on, in the examples' own order; both answer with the seconds and the loss of each
step. The first step of a start has the seconds that making the training takes.
"""

import time

import inputs
from turns import serve

NET, RANK, BATCH = "784-1024-1024-1024-1024-1024-10", 20, 5000


def serve_training(version, make):
    """`make(weights)` returns a step: called with the slice of its examples, it returns the loss."""
    weights = inputs.weights(NET)
    examples = len(inputs.permutation())
    step, done = None, 0

    def handle(start, steps):
        nonlocal step, done
        seconds, losses = [], []
        for i in range(steps):
            begin = time.perf_counter()
            if start and i == 0:
                step, done = make(weights), 0
            first = done * BATCH % examples
            losses.append(float(step(slice(first, first + BATCH))))
            seconds.append(time.perf_counter() - begin)
            done += 1
        return {"seconds": seconds, "losses": losses}

    serve(version, handle)
