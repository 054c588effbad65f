"""The network compressed by PyTorch's full and randomised decompositions, and both in PyTorch; see models.py."""

import numpy as np
import torch
from models import RANK, larger, serve_models
from torch import nn

torch.set_flush_denormal(True)  # As TensorFlow does.
torch.manual_seed(0)


def linear(kernel, bias=None):
    layer = nn.Linear(*kernel.shape, bias=bias is not None)
    with torch.no_grad():
        layer.weight.copy_(kernel.T)
        if bias is not None:
            layer.bias.copy_(bias)
    return layer


def tensors(weights):
    return [torch.from_numpy(array) for array in weights]


def dense(weights):
    weights = tensors(weights)
    pairs = list(zip(weights[::2], weights[1::2]))
    hidden = [layer for pair in pairs[:-1] for layer in (linear(*pair), nn.ReLU())]
    return nn.Sequential(*hidden, linear(*pairs[-1]), nn.Softmax(1)).eval()


def decomposition(kernel, method):
    if method == "svd_lowrank":
        u, s, v = torch.svd_lowrank(kernel, q=RANK + 6, niter=2)
        return u[:, :RANK] * s[:RANK], v[:, :RANK].mT
    u, s, vh = torch.linalg.svd(kernel, full_matrices=False)
    return u[:, :RANK] * s[:RANK], vh[:RANK]


def compressed(weights, method):
    weights = tensors(weights)
    layers = []
    for kernel, bias in larger(weights):
        left, right = decomposition(kernel, method)
        layers += [linear(left), linear(right, bias), nn.ReLU()]
    return nn.Sequential(*layers, linear(*weights[-2:]), nn.Softmax(1)).eval()


def truncated_kernels(model):
    linears = [layer.weight.detach().numpy().T for layer in model if isinstance(layer, nn.Linear)][:-1]
    return [left @ right for left, right in zip(linears[::2], linears[1::2])]


def predict(model, method, images, batch):
    batches = [torch.from_numpy(part) for part in np.split(images, len(images) // batch)]

    def call():
        with torch.inference_mode():
            return torch.cat([model(part) for part in batches]).numpy()

    return call


serve_models(f"PyTorch {torch.__version__}", dense, compressed, truncated_kernels, predict)
