"""Writes what Keras computes on the inputs of image_layers.safetensors, in PyTorch's layout. Run it through
make_fixtures.sh."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras
import numpy as np
import tensorflow as tf

from fixture_common import load, put, save


def channels_last(images: np.ndarray) -> tf.Tensor:
    return tf.constant(images.transpose(0, 2, 3, 1))


def channels_first(images) -> np.ndarray:
    return np.array(images).transpose(0, 3, 1, 2)


def main() -> None:
    source = load("image_layers")
    tensors = {}
    for prefix in sorted({name.rsplit(".", 1)[0] + "." for name in source}):
        kind, sizes, *rest = prefix.split(".")
        if kind not in ("averagepool", "maxpool", "upsample") or sizes == "extremes":
            continue
        layer = {"averagepool": lambda: keras.layers.AveragePooling2D(int(rest[0]), int(rest[1])),
                 "maxpool": lambda: keras.layers.MaxPooling2D(int(rest[0]), int(rest[1])),
                 "upsample": lambda: keras.layers.UpSampling2D(int(rest[0]))}[kind]()
        put(tensors, prefix, {"output": channels_first(layer(channels_last(source[f"{prefix}input"])))})

    for prefix in sorted({".".join(name.split(".")[:2]) + "." for name in source if name.startswith("batchnorm")}):
        layer = keras.layers.BatchNormalization()
        layer.build((None, None, None, source[f"{prefix}weight"].size))
        layer.gamma.assign(source[f"{prefix}weight"])
        layer.beta.assign(source[f"{prefix}bias"])
        for step in [0, 1, 2, "evaluation"]:
            x = channels_last(source[f"{prefix}{step}.input"])
            with tf.GradientTape() as tape:
                tape.watch(x)
                output = layer(x, training=step != "evaluation")
                objective = tf.reduce_sum(output * channels_last(source[f"{prefix}{step}.outputGradient"]))
            gradients = tape.gradient(objective, [x, layer.gamma.value, layer.beta.value])
            put(tensors, f"{prefix}{step}.", {
                "output": channels_first(output), "inputGradient": channels_first(gradients[0]),
                "weightGradient": np.array(gradients[1]), "biasGradient": np.array(gradients[2]),
                "runningMean": layer.moving_mean.numpy(), "runningVariance": layer.moving_variance.numpy()})

    save("image_layers_keras", tensors, f"keras {keras.__version__}, tensorflow {tf.__version__}")


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    main()
