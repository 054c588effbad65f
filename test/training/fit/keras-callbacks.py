"""Writes keras-callbacks.json: what Keras's EarlyStopping, ModelCheckpoint and Progbar do with made-up epochs.

Run it with Keras 3; its version goes into the file. The model is a stand-in whose only weight is the number of the
epoch, so that what is restored tells which epoch it came from.
"""

import json
import re
from pathlib import Path
from unittest import mock

import keras

NAN, INFINITY = float("nan"), float("inf")


class Model:
    stop_training = False
    epoch = None

    def get_weights(self):
        return [self.epoch]

    def set_weights(self, weights):
        (self.epoch,) = weights


def run(callback, name, values, save=None):
    """The epochs (from zero) that are run, as a training would."""
    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    epochs = 0
    for epoch, value in enumerate(values):
        model.epoch = epoch
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, {name: value})
        epochs += 1
        if model.stop_training:
            break
    callback.on_train_end()
    return model, epochs


sequences = {
    "falls": [5, 4, 3, 2, 1],
    "rises": [1, 2, 3, 4, 5],
    "bowl": [1, 0.9, 0.8, 0.85, 0.9, 0.95, 1],
    "plateau": [1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.4],
    "slow": [1, 0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93],
    "late": [2, 3, 4, 1, 1.5, 0.5, 0.6, 0.7, 0.8],
    "zigzag": [1, 2, 0.9, 2, 0.8, 2, 0.7, 2],
    "nan": [1, 0.9, NAN, NAN, 0.8, 0.7],
    "nan first": [NAN, 1, 0.5, 0.4],
    "infinite": [INFINITY, 3, 2, INFINITY, 4],
    "one epoch": [1],
}
settings = [
    {},
    {"patience": 1},
    {"patience": 2},
    {"patience": 3, "min_delta": 0.05},
    {"patience": 2, "min_delta": -0.2},
    {"patience": 2, "baseline": 0.7},
    {"patience": 0, "baseline": 10},
    {"patience": 1, "start_from_epoch": 3},
    {"patience": 2, "mode": "max"},
    {"patience": 2, "mode": "max", "min_delta": 0.5, "baseline": 2.5},
]


def early_stopping(values, options, restore):
    callback = keras.callbacks.EarlyStopping(monitor="loss", restore_best_weights=restore, **options)
    model, epochs = run(callback, "loss", values)
    return {
        "epochs": epochs,
        "bestEpoch": callback.best_epoch,
        "best": None if callback.best is None else repr(float(callback.best)),
        "weightsOf": model.epoch,
    }


def model_checkpoint(values, options):
    saved = []
    model_save = lambda self, path, overwrite: saved.append(path)
    with mock.patch.object(Model, "save", model_save, create=True):
        run(keras.callbacks.ModelCheckpoint("{epoch:02d}-{loss:.3f}.keras", monitor="loss", **options), "loss", values)
    return [path.removesuffix(".keras") for path in saved]


def epoch_line(target, seconds, logs, verbose, done=None):
    """The last line that a progress bar leaves, without colours."""
    now = [0.0]
    printed = []
    with (
        mock.patch("time.time", lambda: now[0]),
        mock.patch("keras.src.utils.io_utils.print_msg", lambda message, line_break=True: printed.append(message)),
    ):
        bar = keras.utils.Progbar(target, verbose=verbose, stateful_metrics=list(logs))
        now[0] = seconds
        bar.update(target if done is None else done, list(logs.items()), finalize=done is None)
    return re.sub(r"\x1b\[\d+m|[\b\r\n]", "", printed[-1])


lines = [
    (469, 2.0, {"acc": 0.9701, "loss": 0.09962}, 1),
    (469, 2.0, {"acc": 0.9701, "loss": 0.09962}, 2),
    (1, 0.0004, {"loss": 0.0004567}, 1),
    (12, 40.4, {"loss": 123.456}, 1),
    (1875, 7300.0, {"loss": 0.001}, 1),
    (100, 0.01, {"loss": NAN, "other": INFINITY}, 1),
    (100, 0.01, {"loss": -0.5, "other": -0.00012}, 1),
    (469, 1.0, {"loss": 0.5}, 1, 47),
    (1875, 100.0, {"loss": 0.5}, 1, 900),
    (1875, 400.0, {"loss": 0.5}, 1, 100),
]

reference = {
    "keras": keras.__version__,
    "earlyStopping": [
        {
            "values": [repr(float(value)) for value in values],
            "options": options,
            "stopped": early_stopping(values, options, restore=False),
            "restored": early_stopping(values, options, restore=True)["weightsOf"],
        }
        for values in sequences.values()
        for options in settings
    ],
    "modelCheckpoint": [
        {"values": [repr(float(v)) for v in values], "options": options, "saved": model_checkpoint(values, options)}
        for name, values in sequences.items()
        if "nan" not in name and name != "infinite"
        for options in [
            {},
            {"save_best_only": True},
            {"save_best_only": True, "mode": "max"},
            {"save_best_only": True, "initial_value_threshold": 0.95},
        ]
    ],
    "lines": [
        {
            "of": line[0],
            "seconds": line[1],
            "logs": {name: repr(value) for name, value in line[2].items()},
            "verbose": line[3],
            "done": line[4] if len(line) > 4 else None,
            "text": epoch_line(*line),
        }
        for line in lines
    ],
}
text = json.dumps(reference, ensure_ascii=False)
text = re.sub(r'(\{"values"|\{"of"|"(earlyStopping|modelCheckpoint|lines)")', r"\n\1", text)
Path(__file__).with_suffix(".json").write_text(text + "\n")
