"""TensorFlow's full SVD; see decompositions.py."""

from quiet_tensorflow import tf

from decompositions import serve_decompositions


def svd(matrix):
    s, u, v = tf.linalg.svd(matrix, full_matrices=False)
    return u.numpy(), s.numpy(), v.numpy()


serve_decompositions(f"TensorFlow {tf.__version__}", tf.constant, {"svd": svd})
