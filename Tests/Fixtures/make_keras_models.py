"""Writes what Keras computes of `conv-ae`, `baseline-ae` and `modified-ae`. Run it through make_fixtures.sh."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from convolutional_models import (BATCH, LOSSES, PUBLISHED, PUBLISHED_BATCH, SMALL, formula_weights, images,
                                  innermost)
from fixture_common import ADAM_RATE, SGD_RATE, STEPS, put, save


def conv(filters, name, stride=1, activation="relu"):
    return layers.Conv2D(filters, 3, strides=stride, padding="same", activation=activation, name=name)


def deconv(filters, name, stride=1, activation="relu"):
    return layers.Conv2DTranspose(filters, 3, strides=stride, padding="same", activation=activation, name=name)


def make_model(name: str, channels: list[int], latent: int) -> keras.Model:
    """The model as a Keras user writes it, with formula weights."""
    depth, side = innermost(name, channels)
    encoder, decoder = [], []
    for i, width in enumerate(channels):
        if name == "conv-ae" and i > 0:
            encoder.append(layers.MaxPooling2D())
        encoder.append(conv(width, f"encoder.conv{i + 1}", 2 if name == "modified-ae" and i > 0 else 1))
    if name == "baseline-ae":
        encoder.append(layers.MaxPooling2D())
        decoder.append(layers.UpSampling2D())
        decoder += [conv(width, f"decoder.conv{i + 1}") for i, width in enumerate(channels[::-1])]
        decoder.append(conv(1, f"decoder.conv{len(channels) + 1}", activation="sigmoid"))
    else:
        inner = channels[:-1] if name == "conv-ae" else channels[1:]
        decoder += [deconv(width, f"decoder.deconv{i + 1}", 2) for i, width in enumerate(inner[::-1])]
        decoder.append(deconv(1, f"decoder.deconv{len(inner) + 1}", activation="sigmoid"))
    code = None if name == "conv-ae" else "relu"
    model = keras.Sequential(
        [keras.Input((28, 28, 1))] + encoder
        + [layers.Flatten(), layers.Dense(latent, activation=code, name="encoder.dense1"),
           layers.Dense(depth * side * side, activation="relu", name="decoder.dense1"),
           layers.Reshape((side, side, depth))] + decoder)
    weights = formula_weights(name, channels, latent)
    for layer in model.layers:
        if layer.weights:
            weight, bias = weights.pop(f"{layer.name}.weight"), weights.pop(f"{layer.name}.bias")
            layer.set_weights(to_keras(layer.name, weight, bias, depth, side))
    assert not weights
    return model


def to_keras(layer: str, weight, bias, depth: int, side: int) -> list:
    """From PyTorch's layout: OIHW and IOHW become HWIO and HWOI, flat images channels last."""
    if weight.ndim == 4:
        return [weight.transpose(2, 3, 1, 0), bias]
    if layer == "encoder.dense1":
        return [weight.reshape(-1, depth, side, side).transpose(2, 3, 1, 0).reshape(-1, len(bias)), bias]
    weight = weight.reshape(depth, side, side, -1).transpose(3, 1, 2, 0).reshape(weight.shape[1], -1)
    return [weight, bias.reshape(depth, side, side).transpose(1, 2, 0).reshape(-1)]


def from_keras(layer: str, weight, bias, depth: int, side: int) -> list:
    """The inverse of `to_keras`."""
    if weight.ndim == 4:
        return [weight.transpose(3, 2, 0, 1), bias]
    if layer == "encoder.dense1":
        return [weight.reshape(side, side, depth, -1).transpose(3, 2, 0, 1).reshape(len(bias), -1), bias]
    weight = weight.reshape(-1, side, side, depth).transpose(3, 1, 2, 0).reshape(len(bias), -1)
    return [weight, bias.reshape(side, side, depth).transpose(2, 0, 1).reshape(-1)]


def named(model: keras.Model, values: list, depth: int, side: int) -> dict:
    """Keras's order of variables under our names and in PyTorch's layout."""
    names = [layer.name for layer in model.layers if layer.weights]
    result = {}
    for name, weight, bias in zip(names, values[::2], values[1::2]):
        pair = from_keras(name, np.array(weight), np.array(bias), depth, side)
        result[f"{name}.weight"], result[f"{name}.bias"] = pair
    return result


def train(name: str, loss: str, x: np.ndarray, optimizer) -> tuple[keras.Model, np.ndarray]:
    """The model after ten steps on the same batch, and the loss that each step saw."""
    model = make_model(name, *SMALL[name])
    model.compile(optimizer=optimizer, loss=loss, jit_compile=False)
    losses = []
    for _ in range(STEPS):
        model.reset_metrics()
        losses.append(float(model.train_on_batch(x, x)))
    return model, np.float32(losses)


def write(name: str) -> None:
    x = images()[..., None]
    (channels, latent), shape = SMALL[name], innermost(name, SMALL[name][0])
    loss = {"bce": keras.losses.BinaryCrossentropy(), "mse": keras.losses.MeanSquaredError()}[LOSSES[name]]
    model = make_model(name, channels, latent)
    with tf.GradientTape() as tape:
        output = model(x, training=True)
        value = loss(x, output)
    gradients = tape.gradient(value, [v.value for v in model.trainable_variables])
    tensors = {"loss": np.float32([value]), "output": np.array(output).reshape(BATCH, -1)}
    put(tensors, "gradient.", named(model, gradients, *shape))
    sgd, tensors["sgd.losses"] = train(name, loss, x, keras.optimizers.SGD(SGD_RATE))
    put(tensors, "sgd.final.", named(sgd, sgd.get_weights(), *shape))
    _, tensors["adam.losses"] = train(name, loss, x, keras.optimizers.Adam(ADAM_RATE))

    published = make_model(name, *PUBLISHED[name])
    x = x[:PUBLISHED_BATCH]
    tensors["published.loss"] = np.float32([loss(x, published(x))])
    tensors["published.parameters"] = np.float32([published.count_params()])
    save(f"{name.replace('-', '_')}_keras", tensors, f"keras {keras.__version__}, tensorflow {tf.__version__}")


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for name in SMALL:
        write(name)
