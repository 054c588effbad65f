"""Writes lapack-svd.json: singular value decompositions in float64 by LAPACK, through NumPy.

    python test/linalg/lapack-svd.py

The file says how each matrix is made, not what is in it; matrices.ts makes the same ones bit for bit. Of matrices with
at most ten rows and columns and distinct singular values the thin u and v are there too, with the entry of largest
magnitude in each column of u made positive.
"""

import json
from pathlib import Path

import numpy as np

SIZES = (0, 1, 2, 5, 10, 32, 100)
SCALES = (1e-300, 1e-30, 1e30, 1e300)


def words(seed: int, count: int) -> np.ndarray:
    """ANSI C's linear congruential generator modulo 2**31."""
    state, states = seed, []
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        states.append(state)
    return np.array(states, dtype=np.int64)


def uniform(seed: int, rows: int, columns: int) -> np.ndarray:
    """Multiples of 2**-15 in [-1, 1)."""
    return (words(seed, rows * columns) >> 15).reshape(rows, columns) / 2**15 - 1


def integers(seed: int, rows: int, columns: int) -> np.ndarray:
    """From -8 to 7."""
    return (words(seed, rows * columns) >> 27).reshape(rows, columns) - 8.0


def hadamard(size: int) -> np.ndarray:
    matrix = np.ones((1, 1))
    while len(matrix) < size:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix


def matrix_of(case: dict) -> np.ndarray:
    rows, columns, seed = case["rows"], case["columns"], case["seed"]
    if case["kind"] == "uniform":
        matrix = uniform(seed, rows, columns)
    elif case["kind"] == "low rank":
        matrix = integers(seed, rows, case["rank"]) @ integers(seed + 1, case["rank"], columns)
    else:  # "spectrum": exactly these singular values; rows and columns are powers of two, their product one of four
        values = np.array(case["values"], dtype=float)
        left, right = hadamard(rows)[:, : len(values)], hadamard(columns)[:, : len(values)]
        matrix = left * values @ right.T / np.sqrt(rows * columns)
    return matrix * case["scale"]


def case(kind: str, rows: int, columns: int, scale: float = 1, **rest) -> dict:
    made = {"kind": kind, "rows": rows, "columns": columns, "seed": rows * 1000 + columns, "scale": scale, **rest}
    u, s, vt = np.linalg.svd(matrix_of(made), full_matrices=False)
    made["s"] = s.tolist()
    gaps = -np.diff(np.append(s, 0))
    if max(rows, columns) <= 10 and len(s) and gaps.min() > 0.02 * s[0]:
        signs = np.sign(u[np.abs(u).argmax(axis=0), np.arange(len(s))])
        made["u"], made["v"] = (u * signs).ravel().tolist(), (vt.T * signs).ravel().tolist()
    return made


def cases():
    for rows in SIZES:
        for columns in SIZES:
            yield case("uniform", rows, columns)
    for rows, columns in ((5, 5), (10, 4), (4, 10), (32, 20), (20, 32)):
        for rank in (0, 1, 3):
            yield case("low rank", rows, columns, rank=rank)
    for rows, columns in ((8, 8), (32, 8), (8, 32)):
        yield case("spectrum", rows, columns, values=[3, 3, 2, 2, 2, 1, 1, 1])
        yield case("spectrum", rows, columns, values=[3, 3, 2, 1, 0, 0, 0, 0])
    yield case("spectrum", 32, 32, values=[1] * 32)
    for scale in SCALES:
        for rows, columns in ((5, 5), (10, 4), (4, 10)):
            yield case("uniform", rows, columns, scale)
        yield case("spectrum", 8, 8, scale, values=[3, 3, 2, 2, 2, 1, 1, 1])
        yield case("low rank", 10, 4, scale, rank=3)


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases())
    Path(__file__).with_suffix(".json").write_text(f"[\n{lines}\n]\n")
