"""What the trainings in Python share: where they start from, and their turns.

    python CONTESTANT.py FOLDER [FORM]

FOLDER holds images.bin (uint8, rows of 784), labels.bin (uint8), order.bin (int32, a permutation of the examples) and
weights-784-1024-10.bin (float32, one layer's kernel and bias after the other). {"start": true, "steps"} starts anew
with so many steps, {"start": false, "steps"} goes on; both answer with the seconds and the loss of each step.
"""

import sys
import time
from pathlib import Path

import numpy as np

from peer import serve

WIDTHS, RANK, BATCH, RATE = (784, 1024, 10), 20, 128, 1e-3
FOLDER = Path(sys.argv[1])


def examples():
    """Images from 0 to 1, [n, 784], and labels with a one at the class, [n, 10]."""
    images = np.fromfile(FOLDER / "images.bin", np.uint8).reshape(-1, 784)
    labels = np.fromfile(FOLDER / "labels.bin", np.uint8)
    return images.astype(np.float32) / np.float32(255), np.eye(10, dtype=np.float32)[labels]


def initial_weights():
    """[w1, b1, w2, b2]"""
    shapes = [shape for sizes in zip(WIDTHS, WIDTHS[1:]) for shape in (sizes, sizes[1:])]
    numbers = np.fromfile(FOLDER / "weights-784-1024-10.bin", np.float32)
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(numbers, ends[:-1]), shapes)]


def serve_training(version, make):
    """`make()` returns a training from the start: called with each step's examples, it returns the losses."""
    order = np.fromfile(FOLDER / "order.bin", np.int32)
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
