"""Writes sklearn-splits.json: what scikit-learn's train_test_split gives, for split.test.ts.

Run it with numpy and scikit-learn; the versions go into the file.
"""

import hashlib
import json
from pathlib import Path

import numpy
import sklearn
from sklearn.model_selection import train_test_split

CASES = [
    (60000, 0.2, 0),
    (60000, 10000, 1),
    (60000, 0.2, 4294967295),
    (1000, 0.25, 42),
    (150, 0.3, 7),
    (10, 0.15, 3),
    (7, 0.5, 0),
    (3, 2, 0),
    (2, 0.01, 12),
]


def summary(indices):
    return {
        "length": len(indices),
        "first": [int(i) for i in indices[:5]],
        "last": [int(i) for i in indices[-5:]],
        "sha256": hashlib.sha256(indices.astype("<u4").tobytes()).hexdigest(),
    }


def split(n, test_size, random_state):
    train, test = train_test_split(numpy.arange(n), test_size=test_size, random_state=random_state)
    settings = {"n": n, "testSize": test_size, "randomState": random_state}
    return {**settings, "train": summary(train), "test": summary(test)}


result = {
    "numpy": numpy.__version__,
    "scikit-learn": sklearn.__version__,
    "splits": [split(*case) for case in CASES],
}
Path(__file__).with_name("sklearn-splits.json").write_text(json.dumps(result, indent=2) + "\n")
