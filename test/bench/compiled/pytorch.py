"""PyTorch with its fused Adam: eager, or the forward and backward pass through torch.compile; see peer.py."""

import os

from peer import THREADS, Contestant, serve

os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
os.environ["TORCHINDUCTOR_FORCE_DISABLE_CACHES"] = "1"

import numpy as np
import torch
from pytorch_network import network
from torch.nn.functional import cross_entropy

if THREADS is not None:
    torch.set_num_threads(THREADS)
torch.set_flush_denormal(True)  # As TensorFlow and JAX do.


class Eager(Contestant):
    def __init__(self, data, layers, batch, form):
        self.images, self.labels = data
        model = network(layers)
        penalized = [module for module in model if hasattr(module, "penalty")]
        self.optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
        self.loss = lambda images, labels: sum((each.penalty() for each in penalized), cross_entropy(model(images), labels))
        if form == "compile":
            torch.compiler.reset()
            self.loss = torch.compile(self.loss)

    def train(self, order):
        losses = []
        for rows in torch.from_numpy(order.astype(np.int64)):
            self.optimizer.zero_grad()
            loss = self.loss(self.images[rows], self.labels[rows])
            loss.backward()
            self.optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).mean().item()


def load(images, labels):
    return torch.from_numpy(images), torch.from_numpy(labels).long()


serve(f"PyTorch {torch.__version__}", load, Eager)
