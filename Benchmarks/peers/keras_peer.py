"""Trains a model with Keras on TensorFlow through `model.fit` and prints one JSON line. See Benchmarks/README.md.

    python keras_peer.py --model dense-ae --threads 1 --seconds 10
"""

import os

from peer_common import Clock, best_variant, parse_arguments, report, training_images

arguments = parse_arguments(__doc__)
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)


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


def load_weights(model, path: str) -> None:
    """Atelier's file into Keras's layouts; flat images are channels-first there and channels-last here."""
    from safetensors.numpy import load_file

    state = load_file(path)
    channels = {"conv-ae": (128, 7), "baseline-ae": (32, 14), "modified-ae": (128, 7)}.get(arguments.model)
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


def build(**compile_options):
    keras.utils.set_random_seed(0)
    loss, stack = BUILDERS[arguments.model]()
    model = keras.Sequential(stack)
    if arguments.weights:
        load_weights(model, arguments.weights)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss, **compile_options)
    return model


class ClockCallback(keras.callbacks.Callback):
    """Feeds the clock after each execution."""

    def __init__(self, clock: Clock):
        super().__init__()
        self.clock = clock

    def on_train_begin(self, logs=None):
        self.clock.begin()

    def on_epoch_begin(self, epoch, logs=None):
        self.done = 0

    def on_train_batch_end(self, batch, logs=None):
        self.clock.add((batch + 1 - self.done) * arguments.batch)
        self.done = batch + 1
        if self.clock.finished:
            self.model.stop_training = True


def measure(variant: str, clock: Clock) -> None:
    compiler, data, executions = variant.split("+")
    model = build(jit_compile=compiler == "xla", steps_per_execution=int(executions))
    steps = len(x) // arguments.batch // int(executions) * int(executions)
    options = {"verbose": 0, "epochs": 10**6, "shuffle": data == "numpy", "callbacks": [ClockCallback(clock)]}
    if data == "numpy":
        model.fit(x[: steps * arguments.batch], x[: steps * arguments.batch], batch_size=arguments.batch, **options)
    else:
        images = tf.constant(x)
        pipeline = tf.data.Dataset.range(len(x)).shuffle(len(x)).batch(arguments.batch, drop_remainder=True)
        pipeline = pipeline.map(lambda index: (tf.gather(images, index),) * 2).prefetch(4).repeat()
        model.fit(pipeline, steps_per_epoch=steps, **options)


if arguments.model not in BUILDERS:
    raise SystemExit(f"keras_peer.py has no {arguments.model}")
model = build()
x = (training_images(arguments.data).astype(np.float32) / 255).reshape(-1, *model.input_shape[1:])
first_loss = float(model.test_on_batch(x[: arguments.batch], x[: arguments.batch]))
counts = (39, 156) if arguments.model == "dense-ae" else (1, 4)
variants = [f"{c}+{d}+{n}" for c in ("graph", "xla") for d in ("numpy", "gather") for n in counts]
variant, trials = best_variant(arguments, variants, measure)
clock = Clock(arguments.seconds, arguments.threads)
measure(variant, clock)
report(arguments, clock.rates, model.count_params(), first_loss,
       {"keras": keras.__version__, "tensorflow": tf.__version__}, variant=variant,
       images_per_cpu_second=round(max(clock.cpu_rates), 1), trials=trials)
