"""How exact the gradient through a truncation is: compared with the one from a full SVD in float64.

A request names three files of float32 numbers: a matrix `weights`, the gradient `outer` with respect to its best
approximation of the rank, and the `gradient` with respect to the matrix itself that is to be judged.
"""

import numpy as np
import torch

from turns import serve


def exact_gradient(w, g, k):
    """With UᵀGV = Ĝ and i ≤ k < j: Ĉ_ij = (σᵢ²Ĝ_ij + σᵢσⱼĜ_ji) / (σᵢ² − σⱼ²), Ĉ_ji likewise; the leading block is Ĝ's."""
    u, s, vt = np.linalg.svd(w, full_matrices=False)
    rotated = u.T @ g @ vt.T
    leading, trailing = s[:k, None], s[None, k:]
    upper, lower = rotated[:k, k:], rotated[k:, :k].T
    gap = leading**2 - trailing**2
    c = np.zeros_like(rotated)
    c[:k, :k] = rotated[:k, :k]
    c[:k, k:] = (leading**2 * upper + leading * trailing * lower) / gap
    c[k:, :k] = ((leading**2 * lower + leading * trailing * upper) / gap).T
    beside_rows = g - (g @ vt.T) @ vt  # What a thin V, or U, does not span.
    beside_columns = g - u @ (u.T @ g)
    exact = u @ c @ vt + u[:, :k] @ (u[:, :k].T @ beside_rows) + (beside_columns @ vt[:k].T) @ vt[:k]
    return exact, s


def pytorch_gradient(w, g, k):
    w = torch.from_numpy(w).requires_grad_()
    u, s, vh = torch.linalg.svd(w, full_matrices=False)
    ((u[:, :k] * s[:k]) @ vh[:k]).backward(torch.from_numpy(g))
    return w.grad.numpy()


def judge(shape, rank, weights, outer, gradient):
    w, g, ours = (np.fromfile(path, np.float32).reshape(shape) for path in (weights, outer, gradient))
    exact, s = exact_gradient(w.astype(np.float64), g.astype(np.float64), rank)

    def error(other):
        return float(np.linalg.norm(other - exact) / np.linalg.norm(exact))

    return {"gap": float(s[rank - 1] / s[rank]), "error": error(ours), "pytorch": error(pytorch_gradient(w, g, rank))}


if __name__ == "__main__":
    serve(f"NumPy {np.__version__}, PyTorch {torch.__version__}", judge)
