"""Writes a matrix with the singular values 1, 1/2, 1/3, ... and one that a small step leads from.

    python decaying_matrices.py ROWS COLUMNS MATRIX OLDER

The older one differs by random signs of one size, as by a step of Adam: by 1 % of the matrix in the Frobenius norm.
"""

import sys

import numpy as np

rows, columns = map(int, sys.argv[1:3])
generator = np.random.default_rng(0)
least = min(rows, columns)
u, v = (np.linalg.qr(generator.standard_normal((size, least)))[0] for size in (rows, columns))
matrix = (u / np.arange(1, least + 1)) @ v.T
step = generator.choice([-1.0, 1.0], matrix.shape)
older = matrix - 0.01 * np.linalg.norm(matrix) / np.linalg.norm(step) * step
for numbers, path in zip((matrix, older), sys.argv[3:]):
    numbers.astype(np.float32).tofile(path)
