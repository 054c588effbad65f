"""What the layers of a network do, in TensorFlow; see inputs.py."""

from peer import ORTHOGONALITY, SPARSITY
from tensorflow_threads import tf


def linear(x, layer):
    """A layer before its activation; images are rows of pixels or [n, height, width, channels]."""
    *factors, bias = layer.parameters
    if layer.is_convolution:
        images = x if len(x.shape) == 4 else tf.reshape(x, [-1, 28, 28, 1])
        return tf.nn.bias_add(convolved(images, *factors), bias)
    rows = x if len(x.shape) == 2 else tf.reshape(x, [-1, factors[0].shape[0]])
    return tf.nn.bias_add(multiplied(rows, *factors), bias)


def activated(x, layer):
    x = tf.nn.relu(x)
    return tf.nn.max_pool2d(x, 2, 2, "VALID") if layer.is_convolution else x


def multiplied(x, u, s=None, v=None):
    return x @ u if s is None else tf.matmul((x @ u) * s, v, transpose_b=True)


def convolved(x, u, s=None, v=None):
    kernel = tf.reshape(u if s is None else u * s, [3, 3, -1, u.shape[1]])
    y = tf.nn.conv2d(x, kernel, 1, "SAME")
    return y if s is None else tf.nn.conv2d(y, tf.transpose(v)[None, None], 1, "VALID")


def penalty(u, s, v):
    orthogonality = tf.add_n([tf.reduce_sum((tf.matmul(x, x, transpose_a=True) - tf.eye(x.shape[1])) ** 2) for x in (u, v)])
    return ORTHOGONALITY * orthogonality + SPARSITY * tf.reduce_sum(tf.abs(s)) / tf.norm(s)


def penalties(layers):
    """Of those in SVD form."""
    return [penalty(*layer.parameters[:3]) for layer in layers if len(layer.parameters) == 4]
