"""How near the best approximations of a rank a network's truncated kernels are, in float64 by LAPACK.

    python truncation_judge.py FOLDER

FOLDER is the one of inputs.py. A request names the network, the file of its `weights` and, by contestant, the files of the
truncated kernels, one after the other. The answer has σ_rank/σ_{rank+1} of each such kernel, by how much each contestant's
‖W − A‖ exceeds the least in the Frobenius norm, relatively; and, if `rows` are named, the loss of these examples with
exact truncations.
"""

import inputs
import numpy as np
from turns import serve

IMAGES, LABELS = inputs.examples()


def judge(net, rank, weights, truncated, rows=None):
    parameters = inputs.read_arrays(weights, inputs.parameter_shapes(net))
    kernels, biases = ([array.astype(np.float64) for array in arrays] for arrays in (parameters[::2], parameters[1::2]))
    larger = [kernel for kernel in kernels if min(kernel.shape) > rank]
    svds = [np.linalg.svd(kernel, full_matrices=False) for kernel in larger]

    def excesses(path):
        others = inputs.read_arrays(path, [kernel.shape for kernel in larger])
        return [
            float(np.linalg.norm(kernel - other) / np.linalg.norm(s[rank:]) - 1)
            for kernel, other, (_, s, _) in zip(larger, others, svds)
        ]

    layers = [(u[:, :rank] * s[:rank], vh[:rank]) for u, s, vh in svds] + [(kernels[-1],)]
    return {
        "gaps": [float(s[rank - 1] / s[rank]) for _, s, _ in svds],
        "excesses": {name: excesses(path) for name, path in truncated.items()},
        "loss": None if rows is None else loss(layers, biases, slice(*rows)),
    }


def loss(layers, biases, rows):
    """Mean cross-entropy; a layer is the factors of its kernel."""
    hidden = IMAGES[rows].astype(np.float64)
    for i, (factors, bias) in enumerate(zip(layers, biases)):
        for factor in factors:
            hidden = hidden @ factor
        hidden = hidden + bias
        if i + 1 < len(layers):
            hidden = np.maximum(hidden, 0)
    logits = hidden - hidden.max(axis=1, keepdims=True)
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return float(-log_probabilities[np.arange(len(logits)), LABELS[rows]].mean())


serve(f"NumPy {np.__version__}", judge)
