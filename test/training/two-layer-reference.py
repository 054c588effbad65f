"""Writes two-layer-reference.json: the first three losses of the two-layer network on MNIST, in float64, by NumPy alone.

    MNIST_DIR=... python test/training/two-layer-reference.py

The network is 784-128-10 with ReLU, trained on the whole of 48,000 images at each step: the training loss before the
update, the validation loss on the other 12,000 after it. Everything is written out here and shares nothing with src:
the split, TensorFlow's normal draws (Philox 4x32-10 and Box-Muller), and Keras's optimizers, which keep their
hyperparameters in float32.
"""

import gzip
import json
import os
import random
from pathlib import Path

import numpy as np

STEPS = 3
LEARNING_RATE, BETA_1, BETA_2 = (float(np.float32(value)) for value in (0.001, 0.9, 0.999))
EPSILON = 1e-7


def read_idx(name: str, header: int) -> np.ndarray:
    data = gzip.decompress((Path(os.environ["MNIST_DIR"]) / f"{name}.gz").read_bytes())
    return np.frombuffer(data, np.uint8, offset=header)


def philox(key: int, counter_high: int, blocks: int) -> np.ndarray:
    """Four random 32-bit words for each of the first counters; [blocks, 4]."""
    low, mask = np.arange(blocks, dtype=np.uint64), np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    words = [low & mask, low >> shift]
    words += [np.full_like(low, counter_high & 0xFFFFFFFF), np.full_like(low, counter_high >> 32)]
    key_words = [key & 0xFFFFFFFF, key >> 32]
    for _ in range(10):
        first = words[0] * np.uint64(0xD2511F53)
        second = words[2] * np.uint64(0xCD9E8D57)
        words = [
            (second >> shift) ^ words[1] ^ np.uint64(key_words[0]),
            second & mask,
            (first >> shift) ^ words[3] ^ np.uint64(key_words[1]),
            first & mask,
        ]
        key_words = [(key_words[0] + 0x9E3779B9) & 0xFFFFFFFF, (key_words[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return np.stack(words, axis=1)


def tensorflow_normal(shape: tuple[int, int], seed: int, seed2: int) -> np.ndarray:
    """The first draws of TensorFlow's RandomStandardNormal in float64."""
    words = philox(seed, seed2, (shape[0] * shape[1] + 1) // 2)
    uniform = lambda high, low: ((high & np.uint64(0xFFFFF)) * np.uint64(2**32) + low) / 2.0**52
    radius = np.sqrt(-2 * np.log(np.maximum(uniform(words[:, 0], words[:, 1]), 1e-7)))
    angle = 2 * np.pi * uniform(words[:, 2], words[:, 3])
    draws = np.stack([np.sin(angle) * radius, np.cos(angle) * radius], axis=1)
    return draws.ravel()[: shape[0] * shape[1]].reshape(shape)


def constant_weights() -> list[np.ndarray]:
    return [np.full((784, 128), 0.01), np.zeros(128), np.full((128, 10), 0.01), np.zeros(10)]


def normal_weights() -> list[np.ndarray]:
    operation_seeds = random.Random(0)
    first, second = (operation_seeds.randint(0, 2**31 - 1) for _ in range(2))
    w1, w2 = tensorflow_normal((784, 128), 0, first), tensorflow_normal((128, 10), 0, second)
    return [0.1 * w1, np.zeros(128), 0.1 * w2, np.zeros(10)]


def forward(parameters, x):
    w1, b1, w2, b2 = parameters
    hidden = np.maximum(x @ w1 + b1, 0)
    return hidden, hidden @ w2 + b2


def cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1, keepdims=True)
    loss = (np.log(total[:, 0]) - (shifted * labels).sum(axis=1)).mean()
    return loss, np.exp(shifted) / total - labels


def gradients(parameters, x, labels):
    hidden, logits = forward(parameters, x)
    loss, delta = cross_entropy(logits, labels)
    delta /= len(x)
    hidden_delta = (delta @ parameters[2].T) * (hidden > 0)
    return loss, [x.T @ hidden_delta, hidden_delta.sum(axis=0), hidden.T @ delta, delta.sum(axis=0)]


class Sgd:
    def update(self, parameters, grads):
        for parameter, grad in zip(parameters, grads):
            parameter -= LEARNING_RATE * grad


class Adam:
    def __init__(self):
        self.step = 0
        self.m = self.v = [0.0] * 4

    def update(self, parameters, grads):
        self.step += 1
        self.m = [m + (g - m) * (1 - BETA_1) for m, g in zip(self.m, grads)]
        self.v = [v + (g * g - v) * (1 - BETA_2) for v, g in zip(self.v, grads)]
        alpha = LEARNING_RATE * np.sqrt(1 - BETA_2**self.step) / (1 - BETA_1**self.step)
        for parameter, m, v in zip(parameters, self.m, self.v):
            parameter -= m * alpha / (np.sqrt(v) + EPSILON)


def train(parameters, optimizer, training, validation):
    losses, validation_losses = [], []
    for _ in range(STEPS):
        loss, grads = gradients(parameters, *training)
        optimizer.update(parameters, grads)
        losses.append(float(loss))
        validation_losses.append(float(cross_entropy(forward(parameters, validation[0])[1], validation[1])[0]))
    return {"loss": losses, "validationLoss": validation_losses}


def main():
    images = read_idx("train-images-idx3-ubyte", 16).reshape(-1, 784) / 255.0
    labels = np.eye(10)[read_idx("train-labels-idx1-ubyte", 8)]
    order = np.random.RandomState(0).permutation(60000)
    validation, training = ((images[rows], labels[rows]) for rows in (order[:12000], order[12000:]))
    configurations = {
        "sgdConstant": (constant_weights, Sgd),
        "adamConstant": (constant_weights, Adam),
        "sgdNormal": (normal_weights, Sgd),
        "adamNormal": (normal_weights, Adam),
    }
    results = {
        name: train(weights(), optimizer(), training, validation) for name, (weights, optimizer) in configurations.items()
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
