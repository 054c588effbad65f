"""The networks in PyTorch; see inputs.py."""

import torch
from peer import ORTHOGONALITY, SPARSITY
from torch import nn
from torch.nn.functional import conv2d, linear


def network(layers):
    modules = []
    for layer in layers:
        parameters = [torch.from_numpy(array) for array in layer.parameters]
        if layer.is_convolution:
            images = [] if modules else [nn.Unflatten(1, (1, 28, 28))]
            modules += [*images, convolution(*parameters), nn.ReLU(), nn.MaxPool2d(2)]
        else:
            if modules and isinstance(modules[-1], nn.MaxPool2d):
                modules.append(nn.Flatten())
                parameters[0] = channels_first(parameters[0], channels)
            modules += [dense(*parameters), nn.ReLU()]
        channels = len(parameters[-1])
    # With which convolutions are quicker.
    return nn.Sequential(*modules[:-1]).to(memory_format=torch.channels_last)


def channels_first(matrix, channels):
    """Its rows in the order in which PyTorch has the numbers of an image."""
    return matrix.unflatten(0, (-1, channels)).transpose(0, 1).flatten(0, 1)


def dense(*parameters):
    if len(parameters) == 4:
        return SvdDense(*parameters)
    kernel, bias = parameters
    return with_parameters(nn.Linear(*kernel.shape), kernel.T, bias)


def convolution(*parameters):
    if len(parameters) == 4:
        return SvdConv2d(*parameters)
    kernel, bias = parameters
    return with_parameters(nn.Conv2d(len(kernel) // 9, len(bias), 3, padding=1), windows(kernel), bias)


def windows(matrix):
    """[3·3·channels, n] as [n, channels, 3, 3]"""
    return matrix.unflatten(0, (3, 3, -1)).permute(3, 2, 0, 1)


def with_parameters(module, weight, bias):
    with torch.no_grad():
        module.weight.copy_(weight)
        module.bias.copy_(bias)
    return module


class SvdDense(nn.Module):
    """U transposed, so that it lies as the weight of an nn.Linear does, s and V."""

    def __init__(self, u, s, v, bias):
        super().__init__()
        self.u, self.s, self.v, self.bias = (nn.Parameter(x.contiguous()) for x in (u.T, s, v, bias))

    def forward(self, x):
        return linear(linear(x, self.u) * self.s, self.v, self.bias)

    def penalty(self):
        identity = torch.eye(len(self.s))
        u = self.u.flatten(1)
        orthogonality = (u @ u.T - identity).square().sum() + (self.v.T @ self.v - identity).square().sum()
        return ORTHOGONALITY * orthogonality + SPARSITY * self.s.abs().sum() / self.s.norm()


class SvdConv2d(SvdDense):
    """Two convolutions, 3 × 3 with U, scaled by s, and 1 × 1 with V."""

    def __init__(self, u, s, v, bias):
        super().__init__(u, s, v, bias)
        self.u = nn.Parameter(windows(u).contiguous())

    def forward(self, x):
        y = conv2d(x, self.u * self.s[:, None, None, None], padding=1)
        return conv2d(y, self.v[:, :, None, None], self.bias)
