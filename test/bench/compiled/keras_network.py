"""The networks in Keras; see inputs.py."""

from tensorflow_network import convolved, multiplied, penalty
from tensorflow_threads import tf

import keras


class SvdDense(keras.layers.Layer):
    """Of full rank, with its penalties."""

    def __init__(self, units, activation):
        super().__init__()
        self.units = units
        self.activation = keras.activations.get(activation)

    def rows(self, input_shape):
        return input_shape[-1]

    def build(self, input_shape):
        rows = self.rows(input_shape)
        rank = min(rows, self.units)
        self.u = self.add_weight(name="u", shape=(rows, rank))
        self.s = self.add_weight(name="s", shape=(rank,))
        self.v = self.add_weight(name="v", shape=(self.units, rank))
        self.bias = self.add_weight(name="bias", shape=(self.units,))

    def call(self, inputs):
        factors = [weight.value for weight in (self.u, self.s, self.v)]
        self.add_loss(penalty(*factors))
        return self.activation(tf.nn.bias_add(self.product(inputs, *factors), self.bias.value))

    def product(self, inputs, u, s, v):
        return multiplied(inputs, u, s, v)


class SvdConv2D(SvdDense):
    """3 × 3, of the same size as its input, as two convolutions."""

    def rows(self, input_shape):
        return 9 * input_shape[-1]

    def product(self, inputs, u, s, v):
        return convolved(inputs, u, s, v)


def network(layers):
    model = keras.Sequential([keras.Input((784,))])
    for i, layer in enumerate(layers):
        outputs = len(layer.parameters[-1])
        activation = "relu" if i + 1 < len(layers) else None
        in_svd_form = len(layer.parameters) == 4
        if layer.is_convolution:
            if i == 0:
                model.add(keras.layers.Reshape((28, 28, 1)))
            model.add((SvdConv2D if in_svd_form else conv2d)(outputs, activation))
            model.add(keras.layers.MaxPooling2D())
        else:
            if i > 0 and layers[i - 1].is_convolution:
                model.add(keras.layers.Flatten())
            model.add((SvdDense if in_svd_form else keras.layers.Dense)(outputs, activation))
    arrays = [array for layer in layers for array in layer.parameters]
    model.set_weights([array.reshape(weight.shape) for array, weight in zip(arrays, model.weights)])
    return model


def conv2d(filters, activation):
    return keras.layers.Conv2D(filters, 3, padding="same", activation=activation)
