"""Writes what Keras computes for single convolutions and transposed convolutions with `padding="same"`. Run it through
make_fixtures.sh."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras
import numpy as np
import tensorflow as tf

from fixture_common import put, save

KERAS = f"keras {keras.__version__}, tensorflow {tf.__version__}"
LAYERS = {"convolution": keras.layers.Conv2D, "transposed": keras.layers.Conv2DTranspose}
SIDES, KERNELS, STRIDES = range(1, 15), range(1, 6), range(1, 4)


def cases():
    """(kernel, stride, height, width, inputs, outputs, rows, activation) of both kinds."""
    channels = [(2, 3), (1, 3), (3, 1), (8, 2)]
    for kernel in range(2, 6):
        for stride in STRIDES:
            yield kernel, stride, 6, 7, *channels[(kernel + stride) % 4], 2, "linear"
            yield kernel, stride, 5, 8, *channels[(kernel + stride + 1) % 4], 1, "relu"
    for stride in STRIDES:
        yield 3, stride, 9, 6, 8, 8, 1, "relu"
    yield 3, 1, 7, 7, 16, 8, 1, "linear"
    yield 3, 1, 14, 14, 8, 1, 1, "linear"
    yield 3, 1, 13, 10, 1, 8, 1, "relu"
    yield 3, 2, 7, 7, 16, 8, 1, "relu"
    yield 3, 2, 5, 6, 8, 16, 1, "linear"
    yield 3, 2, 8, 10, 8, 1, 1, "linear"
    yield 3, 2, 10, 9, 1, 8, 1, "linear"


def channels_first(images) -> np.ndarray:
    return np.moveaxis(np.array(images), 3, 1)


def torch_layout(kernel) -> np.ndarray:
    """Keras stores (height, width, inputs, outputs), and (height, width, outputs, inputs) where it is transposed; PyTorch
    stores (outputs, inputs, …) and (inputs, outputs, …)."""
    return np.transpose(kernel, (3, 2, 0, 1))


def convolutions() -> None:
    generator = np.random.default_rng(6)
    normal = lambda *shape: generator.standard_normal(shape).astype(np.float32)
    tensors = {}
    for kind, make in LAYERS.items():
        for kernel, stride, height, width, inputs, outputs, rows, activation in cases():
            layer = make(outputs, kernel, strides=stride, padding="same")
            x = tf.constant(normal(rows, height, width, inputs))
            layer.build(x.shape)
            layer.set_weights([normal(*layer.kernel.shape) / (kernel * inputs**0.5), normal(outputs)])
            with tf.GradientTape() as tape:
                tape.watch(x)
                sums = layer(x)
                output = tf.nn.relu(sums) if activation == "relu" else sums
            output_gradient = normal(*output.shape)
            if activation == "relu":  # Near the kink rounding may take the other slope.
                output_gradient *= np.abs(sums) > 1e-3 * np.abs(sums).max()
            gradients = tape.gradient(output, [x, layer.kernel.value, layer.bias.value], output_gradient)
            name = f"{kind}.k{kernel}s{stride}same.{height}x{width}x{inputs}-{outputs}.{activation}."
            assert name + "input" not in tensors, name
            put(tensors, name, {
                "sizes": np.uint8([kernel, stride, 0, 0, height, width, inputs, outputs, rows]),
                "input": channels_first(x), "weight": torch_layout(layer.kernel.numpy()), "bias": layer.bias.numpy(),
                "output": channels_first(output), "outputGradient": channels_first(output_gradient),
                "inputGradient": channels_first(gradients[0]), "weightGradient": torch_layout(gradients[1].numpy()),
                "biasGradient": np.array(gradients[2])})
    every_side(tensors)
    initial_bounds(tensors)
    save("convolutions_keras", tensors, KERAS)


def every_side(tensors) -> None:
    """Output heights of all small sizes, and the outputs themselves for one column of whole numbers, in which a shift by
    a pixel shows."""
    column = np.float32([1 + h * h % 17 for h in range(SIDES[-1])])
    weight = np.float32([[1 + 5 * y + x for x in range(KERNELS[-1])] for y in range(KERNELS[-1])])
    put(tensors, "every.", {"column": column, "weight": weight})
    for kind, make in LAYERS.items():
        heights = []
        for kernel in KERNELS:
            for stride in STRIDES:
                layer = make(1, kernel, strides=stride, padding="same", use_bias=False)
                layer.build((None, None, None, 1))
                layer.set_weights([weight[:kernel, :kernel, None, None]])
                outputs = [layer(column[None, :side, None, None]).numpy()[0, ..., 0] for side in SIDES]
                heights.append([output.shape[0] for output in outputs])
                tensors[f"every.{kind}.k{kernel}s{stride}"] = np.concatenate([o.reshape(-1) for o in outputs])
        tensors[f"every.{kind}.heights"] = np.uint8(heights).reshape(len(KERNELS), len(STRIDES), len(SIDES))


def initial_bounds(tensors) -> None:
    """The largest magnitudes among freshly drawn weights and biases, which show the bounds they were drawn within."""
    keras.utils.set_random_seed(7)
    for kind, make in LAYERS.items():
        for kernel, inputs, outputs in [(3, 8, 512), (4, 256, 300), (1, 5, 700)]:
            layer = make(outputs, kernel)
            layer.build((None, 5, 5, inputs))
            put(tensors, f"initial.{kind}.{kernel}x{inputs}-{outputs}.", {
                "sizes": np.float32([kernel, inputs, outputs]),
                "largest": np.float32([np.abs(values).max() for values in layer.get_weights()])})


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    convolutions()
