"""PyTorch's randomised and full SVD; see decompositions.py."""

import torch

from decompositions import serve_decompositions


def full(matrix):
    u, s, vh = torch.linalg.svd(matrix, full_matrices=False)
    return u, s, vh.mT


def randomised(matrix):
    return torch.svd_lowrank(matrix, q=26, niter=2)


torch.manual_seed(0)
serve_decompositions(f"PyTorch {torch.__version__}", torch.from_numpy, {"svd": full, "svd_lowrank": randomised})
