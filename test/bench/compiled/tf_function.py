"""A step written by hand with tf.function and TensorFlow's fused Adam; see peer.py.

Forms: "step", called from a Python loop; "loop", a function with the loop over the steps inside; "loop XLA", the same
with jit_compile.
"""

from peer import Contestant, serve
from tensorflow_network import activated, linear, penalties
from tensorflow_threads import tf

RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


class Function(Contestant):
    def __init__(self, data, layers, batch, form):
        self.images, self.labels = data
        self.layers = [layer._replace(parameters=[tf.Variable(array) for array in layer.parameters]) for layer in layers]
        self.parameters = [parameter for layer in self.layers for parameter in layer.parameters]
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
            for layer in self.layers[:-1]:
                hidden = activated(linear(hidden, layer), layer)
            logits = linear(hidden, self.layers[-1])
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
            loss = tf.add_n([loss, *penalties(self.layers)])
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
