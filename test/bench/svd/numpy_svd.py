"""NumPy's full SVD; see decompositions.py."""

import numpy as np

from decompositions import serve_decompositions


def svd(matrix):
    u, s, vh = np.linalg.svd(matrix, full_matrices=False)
    return u, s, vh.T


serve_decompositions(f"NumPy {np.__version__}", np.asarray, {"svd": svd})
