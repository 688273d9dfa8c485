"""Atelier's autoencoders as Keras builds them, each with the loss it is published with, and Atelier's weights for them."""

import keras
from keras import layers


def dense(width, activation, name):
    return layers.Dense(width, activation=activation, name=name)


def conv(filters, name, stride=1, activation="relu"):
    return layers.Conv2D(filters, 3, strides=stride, padding="same", activation=activation, name=name)


def deconv(filters, name, stride=1, activation="relu"):
    return layers.Conv2DTranspose(filters, 3, strides=stride, padding="same", activation=activation, name=name)


def dense_ae():
    return "binary_crossentropy", [
        keras.Input((784,)), dense(128, "relu", "encoder.dense1"), dense(64, "relu", "encoder.dense2"),
        dense(32, "relu", "encoder.dense3"), dense(64, "relu", "decoder.dense1"),
        dense(128, "relu", "decoder.dense2"), dense(784, "sigmoid", "decoder.dense3")]


def conv_ae():
    return "binary_crossentropy", [
        keras.Input((28, 28, 1)), conv(32, "encoder.conv1"), layers.MaxPooling2D(), conv(64, "encoder.conv2"),
        layers.MaxPooling2D(), conv(128, "encoder.conv3"), layers.Flatten(), dense(64, None, "encoder.dense1"),
        dense(6272, "relu", "decoder.dense1"), layers.Reshape((7, 7, 128)), deconv(64, "decoder.deconv1", 2),
        deconv(32, "decoder.deconv2", 2), deconv(1, "decoder.deconv3", activation="sigmoid")]


def baseline_ae():
    return "mse", [
        keras.Input((28, 28, 1)), conv(32, "encoder.conv1"), conv(32, "encoder.conv2"), layers.MaxPooling2D(),
        layers.Flatten(), dense(128, "relu", "encoder.dense1"), dense(6272, "relu", "decoder.dense1"),
        layers.Reshape((14, 14, 32)), layers.UpSampling2D(), conv(32, "decoder.conv1"), conv(32, "decoder.conv2"),
        conv(1, "decoder.conv3", activation="sigmoid")]


def modified_ae():
    return "mse", [
        keras.Input((28, 28, 1)), conv(32, "encoder.conv1"), conv(64, "encoder.conv2", 2),
        conv(128, "encoder.conv3", 2), layers.Flatten(), dense(128, "relu", "encoder.dense1"),
        dense(6272, "relu", "decoder.dense1"), layers.Reshape((7, 7, 128)), deconv(128, "decoder.deconv1", 2),
        deconv(64, "decoder.deconv2", 2), deconv(1, "decoder.deconv3", activation="sigmoid")]


BUILDERS = {"dense-ae": dense_ae, "conv-ae": conv_ae, "baseline-ae": baseline_ae, "modified-ae": modified_ae}


def load_weights(model, name: str, path: str) -> None:
    """Atelier's file into Keras's layouts; flat images are channels-first there and channels-last here."""
    from safetensors.numpy import load_file

    state = load_file(path)
    channels = {"conv-ae": (128, 7), "baseline-ae": (32, 14), "modified-ae": (128, 7)}.get(name)
    for layer in model.layers:
        if not layer.weights:
            continue
        weight, bias = state.pop(f"{layer.name}.weight"), state.pop(f"{layer.name}.bias")
        if weight.ndim == 4:
            weight = weight.transpose(2, 3, 1, 0)  # OIHW to HWIO; IOHW to (H, W, O, I)
        else:
            if channels and layer.name == "encoder.dense1":
                weight = weight.reshape(-1, channels[0], channels[1] ** 2).swapaxes(1, 2).reshape(weight.shape)
            if channels and layer.name == "decoder.dense1":
                weight = weight.reshape(channels[0], channels[1] ** 2, -1).swapaxes(0, 1).reshape(weight.shape)
                bias = bias.reshape(channels[0], channels[1] ** 2).T.reshape(-1)
            weight = weight.T
        layer.set_weights([weight, bias])
    if state:
        raise SystemExit(f"{path}: unexpected {sorted(state)}")
