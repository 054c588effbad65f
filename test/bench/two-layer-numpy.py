"""The peer of the two-layer benchmark: the same step in NumPy, in place wherever NumPy allows it.

    python two-layer-numpy.py FOLDER

FOLDER holds {train,validation}-{images,labels}.bin (uint8; images as rows of 784) and w1.bin, w2.bin (float64). Says when
it is ready; then does one step of gradient descent for each line on stdin and answers with its seconds and losses.
NumPy's BLAS uses all cores unless OPENBLAS_NUM_THREADS or the like says otherwise.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

LEARNING_RATE = float(np.float32(0.001))


class Pass:
    """One data set and the buffers that a pass over it fills."""

    def __init__(self, folder: Path, name: str):
        self.x = np.fromfile(folder / f"{name}-images.bin", np.uint8).reshape(-1, 784) / 255.0
        self.y = np.eye(10)[np.fromfile(folder / f"{name}-labels.bin", np.uint8)]
        rows = len(self.x)
        self.hidden = np.empty((rows, 128))
        self.hidden_delta = np.empty((rows, 128))
        self.active = np.empty((rows, 128), bool)
        self.logits = np.empty((rows, 10))

    def loss(self, w1, b1, w2, b2) -> float:
        """The mean cross-entropy; leaves the softmax in self.logits."""
        np.matmul(self.x, w1, out=self.hidden)
        self.hidden += b1
        np.maximum(self.hidden, 0, out=self.hidden)
        np.matmul(self.hidden, w2, out=self.logits)
        self.logits += b2
        self.logits -= self.logits.max(axis=1, keepdims=True)
        at_label = np.einsum("ij,ij->i", self.logits, self.y)
        np.exp(self.logits, out=self.logits)
        total = self.logits.sum(axis=1, keepdims=True)
        self.logits /= total
        return float((np.log(total[:, 0]) - at_label).mean())

    def gradients(self, w1, b1, w2, b2):
        loss = self.loss(w1, b1, w2, b2)
        delta = self.logits
        delta -= self.y
        delta /= len(self.x)
        np.matmul(delta, w2.T, out=self.hidden_delta)
        np.greater(self.hidden, 0, out=self.active)
        self.hidden_delta *= self.active
        return loss, (
            self.x.T @ self.hidden_delta,
            self.hidden_delta.sum(axis=0),
            self.hidden.T @ delta,
            delta.sum(axis=0),
        )


def main():
    folder = Path(sys.argv[1])
    train, validation = Pass(folder, "train"), Pass(folder, "validation")
    w1 = np.fromfile(folder / "w1.bin").reshape(784, 128)
    w2 = np.fromfile(folder / "w2.bin").reshape(128, 10)
    parameters = (w1, np.zeros(128), w2, np.zeros(10))
    print(json.dumps({"version": np.__version__, "cores": len(os.sched_getaffinity(0))}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        loss, gradients = train.gradients(*parameters)
        for parameter, gradient in zip(parameters, gradients):
            gradient *= LEARNING_RATE
            parameter -= gradient
        validation_loss = validation.loss(*parameters)
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "loss": loss, "validationLoss": validation_loss}), flush=True)


if __name__ == "__main__":
    main()
