"""Writes the fixtures that Keras and TensorFlow define, from the tensors make_torch.py wrote. Run it through
make_fixtures.sh."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras
import numpy as np
import tensorflow as tf

from fixture_common import (ADAM_RATE, DATA, FULL_SIZES, LAYERS, SGD_RATE, SMALL_SIZES, STEPS, formula_model,
                            load, put, save)

KERAS = f"keras {keras.__version__}, tensorflow {tf.__version__}"


def make_model(sizes: list[int], initial: dict) -> keras.Model:
    """`dense-ae` as a Keras user writes it; `initial` is in PyTorch's layout."""
    model = keras.Sequential([keras.Input((sizes[0],))])
    for width in sizes[1:-1]:
        model.add(keras.layers.Dense(width, activation="relu"))
    model.add(keras.layers.Dense(sizes[-1], activation="sigmoid"))
    for dense, layer in zip(model.layers, LAYERS):
        dense.set_weights([initial[f"{layer}.weight"].T, initial[f"{layer}.bias"]])
    return model


def named(values: list) -> dict:
    """Keras's order of variables under our names and in PyTorch's layout."""
    named = {}
    for layer, kernel, bias in zip(LAYERS, values[::2], values[1::2]):
        named[f"{layer}.weight"] = np.array(kernel).T
        named[f"{layer}.bias"] = np.array(bias)
    return named


def train(sizes, initial, x, optimizer) -> tuple[dict, np.ndarray]:
    """The weights after ten steps on the same batch, and the loss that each step saw."""
    model = make_model(sizes, initial)
    model.compile(optimizer=optimizer, loss="binary_crossentropy", jit_compile=False)
    losses = []
    for _ in range(STEPS):
        model.reset_metrics()
        losses.append(float(model.train_on_batch(x, x)))
    return named(model.get_weights()), np.float32(losses)


def dense_ae() -> None:
    source = load("dense_ae_torch")
    x = source["images"].astype(np.float32) / 255
    small = {name.removeprefix("initial."): value for name, value in source.items() if name.startswith("initial.")}
    tensors = {}
    for prefix, sizes, initial in [("", SMALL_SIZES, small), ("full.", FULL_SIZES, formula_model(FULL_SIZES))]:
        model = make_model(sizes, initial)
        with tf.GradientTape() as tape:
            output = model(x, training=True)
            loss = keras.losses.BinaryCrossentropy()(x, output)
        gradients = named(tape.gradient(loss, [v.value for v in model.trainable_variables]))
        sgd, sgd_losses = train(sizes, initial, x, keras.optimizers.SGD(SGD_RATE))
        adam, adam_losses = train(sizes, initial, x, keras.optimizers.Adam(ADAM_RATE))
        put(tensors, prefix, {"loss": np.float32([loss]), "sgd.losses": sgd_losses, "adam.losses": adam_losses})
        if prefix == "":
            tensors["output"] = np.array(output)
            put(tensors, "gradient.", gradients)
            put(tensors, "sgd.final.", sgd)
            put(tensors, "adam.final.", adam)
    save("dense_ae_keras", tensors, KERAS)


def optimizers() -> None:
    """Adds Keras's rules to the file that holds PyTorch's."""
    tensors = {name: value for name, value in load("optimizers").items() if not name.startswith("keras.")}
    for name, optimizer in {
        "sgd": keras.optimizers.SGD(0.05),
        "sgd-decay": keras.optimizers.SGD(0.05, momentum=0.9, weight_decay=0.01),
        "sgd-momentum": keras.optimizers.SGD(0.05, momentum=0.9),
        "sgd-nesterov": keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
        "adam": keras.optimizers.Adam(1e-3),
        "adam-gan": keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999),
        "adamw": keras.optimizers.AdamW(1e-3, weight_decay=0.01),
        "rmsprop": keras.optimizers.RMSprop(1e-3, rho=0.9),
        "rmsprop-momentum": keras.optimizers.RMSprop(1e-3, momentum=0.9, weight_decay=0.01),
    }.items():
        parameters = keras.Variable(tensors["parameters"])
        after = []
        for gradient in tensors["gradients"]:
            optimizer.apply([tf.constant(gradient)], [parameters])
            after.append(parameters.numpy().copy())
        tensors[f"keras.{name}"] = np.stack(after)
    save("optimizers", tensors, f"{made_with('optimizers')}; {KERAS}")


def ssim() -> None:
    """Adds TensorFlow's SSIM of the pairs that make_torch.py wrote, and its gradient with respect to y."""
    tensors = {name: value for name, value in load("ssim").items() if not name.startswith("ssim-gaussian")}
    x, y = (tf.constant(tensors[name].reshape(-1, 28, 28, 1)) for name in "xy")
    with tf.GradientTape() as tape:
        tape.watch(y)
        score = tf.image.ssim(x, y, max_val=1.0)
    tensors["ssim-gaussian"] = np.array(score)
    tensors["ssim-gaussian.gradient"] = np.array(tape.gradient(score, y)).reshape(-1, 784)
    save("ssim", tensors, f"{made_with('ssim')}; {KERAS}")


def made_with(name: str) -> str:
    """What PyTorch's script wrote about the file, without an earlier run of this one."""
    from safetensors import safe_open

    with safe_open(DATA / f"{name}.safetensors", "numpy") as file:
        return file.metadata()["made_with"].split(";")[0]


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    dense_ae()
    optimizers()
    ssim()
