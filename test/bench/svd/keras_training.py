"""The assignment's own loop in Keras; see training.py. Forms: "eager", as it stands there; "function", under tf.function."""

import sys

from quiet_tensorflow import tf
from training import RANK, RATE, examples, initial_weights, serve_training

import keras

IMAGES, LABELS = (tf.constant(array) for array in examples())
FORM = sys.argv[2]


def truncated(weight):
    s, u, v = tf.linalg.svd(weight, full_matrices=False)
    return tf.matmul(u[:, :RANK], tf.matmul(tf.linalg.diag(s[:RANK]), tf.transpose(v[:, :RANK])))


def make():
    variables = w1, b1, w2, b2 = [tf.Variable(weight) for weight in initial_weights()]
    optimizer = keras.optimizers.Adam(RATE)
    optimizer.build(variables)

    def step(rows):
        x_batch, y_batch = tf.gather(IMAGES, rows), tf.gather(LABELS, rows)
        with tf.GradientTape() as tape:
            x1 = tf.nn.relu(tf.matmul(x_batch, truncated(w1)) + b1)
            logits = tf.matmul(x1, truncated(w2)) + b2
            loss = tf.reduce_mean(keras.losses.categorical_crossentropy(y_batch, tf.nn.softmax(logits)))
        grads = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(grads, variables))
        return loss

    if FORM == "function":
        step = tf.function(step, input_signature=[tf.TensorSpec([None], tf.int32)])
    return lambda batches: [step(tf.constant(rows)) for rows in batches]


serve_training(f"Keras {keras.__version__}, TensorFlow {tf.__version__}", make)
