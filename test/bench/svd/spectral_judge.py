"""How near a matrix its approximations of a rank are: ‖A − UΣVᵀ‖₂ / σ_{rank+1}, in float64; 1 is the least.

A request names the file `matrix` and, for each contestant, the files of its factors (see decompositions.py), whose mean
counts.
"""

import numpy as np

from turns import serve


def read_factors(path, shape, rank):
    numbers = np.fromfile(path, np.float32).astype(np.float64)
    rows, columns = shape
    u, s, v = np.split(numbers, [rows * rank, (rows + 1) * rank])
    return u.reshape(rows, rank), s, v.reshape(columns, rank)


def judge(matrix, shape, rank, factors):
    a = np.fromfile(matrix, np.float32).reshape(shape).astype(np.float64)
    sigma = np.linalg.svd(a, compute_uv=False)

    def error(path):
        u, s, v = read_factors(path, shape, rank)
        return float(np.linalg.norm(a - (u * s) @ v.T, 2) / sigma[rank])

    errors = {name: float(np.mean([error(path) for path in paths])) for name, paths in factors.items()}
    return {"gap": float(sigma[rank - 1] / sigma[rank]), "errors": errors}


serve(f"NumPy {np.__version__}", judge)
