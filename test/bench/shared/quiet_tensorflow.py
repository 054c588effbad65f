"""Imports TensorFlow without its messages, and with oneDNN, which it leaves off on some processors."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"

import tensorflow as tf

__all__ = ["tf"]
