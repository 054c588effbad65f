"""JAX: `lax.scan` over the steps under jit, Adam by hand; see peer.py."""

import os
from functools import partial

from peer import THREADS, Contestant, serve

if THREADS == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np

RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


def loss_of(parameters, images, labels):
    hidden = images
    for kernel, bias in parameters[:-1]:
        hidden = jax.nn.relu(hidden @ kernel + bias)
    kernel, bias = parameters[-1]
    log_probabilities = jax.nn.log_softmax(hidden @ kernel + bias)
    return -jnp.take_along_axis(log_probabilities, labels[:, None], axis=1).mean()


def adam(parameter, m, v, gradient, step):
    m = BETA1 * m + (1 - BETA1) * gradient
    v = BETA2 * v + (1 - BETA2) * gradient**2
    update = (m / (1 - BETA1**step)) / (jnp.sqrt(v / (1 - BETA2**step)) + EPSILON)
    return parameter - RATE * update, m, v


@partial(jax.jit, donate_argnums=0)
def train(state, images, labels, order):
    def one_step(state, rows):
        parameters, m, v, step = state
        step += 1
        loss, gradients = jax.value_and_grad(loss_of)(parameters, images[rows], labels[rows])
        updated = jax.tree.map(lambda *leaves: adam(*leaves, step), parameters, m, v, gradients)
        parts = jax.tree.transpose(jax.tree.structure(parameters), None, updated)
        return (*parts, step), loss

    return jax.lax.scan(one_step, state, order)


class Scan(Contestant):
    def __init__(self, data, layers, batch, form):
        parameters = [tuple(jnp.asarray(array) for array in layer.parameters) for layer in layers]
        m, v = (jax.tree.map(jnp.zeros_like, parameters) for _ in range(2))
        self.state = (parameters, m, v, jnp.float32(0))
        self.data = data

    def train(self, order):
        self.state, losses = train(self.state, *self.data, jnp.asarray(order))
        return float(np.mean(losses))


serve(f"JAX {jax.__version__}", lambda *arrays: [jnp.array(array) for array in arrays], Scan)
