"""The assignment's step in PyTorch, with its fused Adam; see aware_training.py."""

import inputs
import torch
from aware_training import RANK, serve_training
from torch.nn.functional import cross_entropy

torch.set_flush_denormal(True)  # As TensorFlow does.
IMAGES, LABELS = (torch.from_numpy(array) for array in inputs.examples())
LABELS = LABELS.long()


def truncated(kernel):
    """A leaf of its own: its gradient is the one that goes straight to the full kernel."""
    with torch.no_grad():
        u, s, vh = torch.linalg.svd(kernel, full_matrices=False)
        return ((u[:, :RANK] * s[:RANK]) @ vh[:RANK]).requires_grad_()


def make(weights):
    parameters = [torch.from_numpy(array.copy()).requires_grad_() for array in weights]
    optimizer = torch.optim.Adam(parameters, lr=1e-3, eps=1e-7, fused=True)

    def step(rows):
        optimizer.zero_grad()
        kernels = [truncated(kernel) if min(kernel.shape) > RANK else kernel for kernel in parameters[::2]]
        hidden = IMAGES[rows]
        for kernel, bias in zip(kernels[:-1], parameters[1:-2:2]):
            hidden = torch.relu(torch.addmm(bias, hidden, kernel))
        loss = cross_entropy(torch.addmm(parameters[-1], hidden, kernels[-1]), LABELS[rows])
        loss.backward()
        for full, kernel in zip(parameters[::2], kernels):
            full.grad = kernel.grad
        optimizer.step()
        return loss.detach()

    return step


serve_training(f"PyTorch {torch.__version__}", make)
