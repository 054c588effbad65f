"""The assignment's step in PyTorch, with its fused Adam; see training.py."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from training import RANK, RATE, examples, initial_weights, serve_training

torch.set_flush_denormal(True)  # As TensorFlow does.
IMAGES, LABELS = (torch.from_numpy(array) for array in examples())


def truncated(weight):
    u, s, vh = torch.linalg.svd(weight, full_matrices=False)
    return (u[:, :RANK] * s[:RANK]) @ vh[:RANK]


def make():
    parameters = w1, b1, w2, b2 = [torch.from_numpy(weight).requires_grad_() for weight in initial_weights()]
    optimizer = torch.optim.Adam(parameters, lr=RATE, eps=1e-7, fused=True)

    def step(rows):
        optimizer.zero_grad()
        hidden = torch.relu(IMAGES[rows] @ truncated(w1) + b1)
        loss = cross_entropy(hidden @ truncated(w2) + b2, LABELS[rows])
        loss.backward()
        optimizer.step()
        return loss.detach()

    return lambda batches: [step(torch.from_numpy(rows.astype(np.int64))) for rows in batches]


serve_training(f"PyTorch {torch.__version__}", make)
