"""The files from which every contestant starts, in the folder that is the first argument of its program.

images.bin (uint8, rows of 784), labels.bin (uint8), the same of the test set as test-images.bin and test-labels.bin;
order.bin (int32, a permutation of the examples); weights-NET.bin (float32, one layer's kernel and bias after the other; of
a network in SVD form U, s, V and bias). networks.ts says what the networks' names mean.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else None


def examples(prefix=""):
    """Images from 0 to 1, [n, 784], and labels, [n]; those of the test set with the prefix "test-"."""
    images = np.fromfile(FOLDER / f"{prefix}images.bin", np.uint8).reshape(-1, 784)
    labels = np.fromfile(FOLDER / f"{prefix}labels.bin", np.uint8)
    return images.astype(np.float32) / np.float32(255), labels.astype(np.int32)


def permutation():
    return np.fromfile(FOLDER / "order.bin", np.int32)


def weights(net):
    """The initial [kernel, bias, kernel, bias, ...] of a network such as "784-10"."""
    return read_arrays(FOLDER / f"weights-{net}.bin", parameter_shapes(net))


def parameter_shapes(net):
    return [shape for layer in network_shapes(net) for shape in layer.parameters]


class Layer(NamedTuple):
    is_convolution: bool
    parameters: list
    """The kernel as a matrix, or its U, s and V; and the bias."""


def network(net):
    """The layers of a network with their initial parameters."""
    parameters = iter(weights(net))
    return [Layer(layer.is_convolution, [next(parameters) for _ in layer.parameters]) for layer in network_shapes(net)]


def network_shapes(net):
    """The layers of a network with the shapes of their parameters."""
    form, _, name = net.rpartition(" ")
    first, *others = name.split("-")
    height, _, width = first.partition("x")
    places, channels = (int(height) * int(width), 1) if width else (1, int(height))
    layers = []
    for other in others:
        is_convolution = other.endswith("c")
        rows, columns = channels * (9 if is_convolution else places), int(other.rstrip("c"))
        rank = min(rows, columns)
        factors = [(rows, rank), (rank,), (columns, rank)] if form == "svd" else [(rows, columns)]
        layers.append(Layer(is_convolution, [*factors, (columns,)]))
        places, channels = places // 4 if is_convolution else 1, columns
    return layers


def read_arrays(path, shapes):
    """Arrays of float32 numbers, one after the other in a file."""
    numbers = np.fromfile(path, np.float32)
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(numbers, ends[:-1]), shapes)]
