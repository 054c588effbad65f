"""What the decompositions in Python share: their turns.

A request names a file `matrix` of float32 numbers and the method that decomposes it, so many `calls` in a turn; the
answer is the median seconds of a call. If `outputs` are named, one for each call, its leading `rank` columns of U, then
σ, then those of V go there.
"""

import time

import numpy as np

from turns import serve


def serve_decompositions(version, tensor, methods):
    """`tensor(array)` is what each of the methods takes, which returns u, s, v with the vectors in columns."""
    loaded = {}

    def handle(matrix, shape, rank, method, calls, outputs=()):
        if matrix not in loaded:
            loaded[matrix] = tensor(np.fromfile(matrix, np.float32).reshape(shape))
        seconds = []
        for call in range(calls):
            begin = time.perf_counter()
            factors = methods[method](loaded[matrix])
            seconds.append(time.perf_counter() - begin)
            if outputs:
                write(outputs[call], rank, *(np.asarray(factor, np.float32) for factor in factors))
        return {"seconds": float(np.median(seconds))}

    serve(version, handle)


def write(path, rank, u, s, v):
    np.concatenate([u[:, :rank].ravel(), s[:rank], v[:, :rank].ravel()]).tofile(path)
