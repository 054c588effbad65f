"""Imports TensorFlow quietly and with the wanted number of threads; see peer.py."""

import os

from peer import THREADS

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
if THREADS is not None:
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(THREADS)

import tensorflow as tf

__all__ = ["tf"]
