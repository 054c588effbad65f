"""A step written by hand with tf.function and TensorFlow's fused Adam; see peer.py.

Forms: "step", called from a Python loop; "loop", a function with the loop over the steps inside; "loop XLA", the same
with jit_compile.
"""

from peer import Contestant, serve
from tensorflow_threads import tf

RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


class Function(Contestant):
    def __init__(self, data, weights, batch, form):
        self.images, self.labels = data
        self.parameters = [tf.Variable(array) for array in weights]
        self.m, self.v = ([tf.Variable(tf.zeros_like(p)) for p in self.parameters] for _ in range(2))
        self.beta1_power, self.beta2_power = tf.Variable(BETA1), tf.Variable(BETA2)
        self.form = form
        if form == "step":
            self.call = tf.function(self.step, input_signature=[tf.TensorSpec([batch], tf.int32)])
        else:
            self.call = tf.function(self.loop, jit_compile=form == "loop XLA")

    def step(self, rows):
        images, labels = tf.gather(self.images, rows), tf.gather(self.labels, rows)
        with tf.GradientTape() as tape:
            hidden = images
            for kernel, bias in zip(self.parameters[:-2:2], self.parameters[1:-2:2]):
                hidden = tf.nn.relu(tf.nn.bias_add(hidden @ kernel, bias))
            logits = tf.nn.bias_add(hidden @ self.parameters[-2], self.parameters[-1])
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        gradients = tape.gradient(loss, self.parameters)
        epsilon = EPSILON * tf.sqrt(1 - self.beta2_power)  # Which so comes after the bias correction, as with the others.
        for parameter, m, v, gradient in zip(self.parameters, self.m, self.v, gradients):
            tf.raw_ops.ResourceApplyAdam(
                var=parameter.handle, m=m.handle, v=v.handle, grad=gradient, lr=RATE, beta1=BETA1, beta2=BETA2,
                epsilon=epsilon, beta1_power=self.beta1_power, beta2_power=self.beta2_power,
            )
        self.beta1_power.assign(self.beta1_power * BETA1)
        self.beta2_power.assign(self.beta2_power * BETA2)
        return loss

    def loop(self, order):
        steps = tf.shape(order)[0]
        losses = tf.TensorArray(tf.float32, steps)
        for i in tf.range(steps):
            losses = losses.write(i, self.step(order[i]))
        return losses.stack()

    def train(self, order):
        rows = tf.constant(order)
        losses = tf.stack([self.call(row) for row in tf.unstack(rows)]) if self.form == "step" else self.call(rows)
        return float(tf.reduce_mean(losses))


serve(f"TensorFlow {tf.__version__}", lambda *arrays: [tf.constant(array) for array in arrays], Function)
