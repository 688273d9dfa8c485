"""Trains an autoencoder with Keras and prints a JSON line an epoch: the curve that Atelier's is compared with.

    python keras_curve.py --model baseline-ae --epochs 10 --limit 14000 --weights runs/x/checkpoints/step-00000000/model.safetensors

Data, split, loss, optimiser and batch are those of `atelier train MODEL` (Docs/models.md); the first `--limit` training
images, held-out images whole. Scores are on the validation images, for `conv-ae`, which has none, on the test images.
"""

import argparse
import gzip
import json
import os
import time
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--model", default="baseline-ae")
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--limit", type=int)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--weights", help="safetensors file in Atelier's names to start from")
parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
arguments = parser.parse_args()
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

from keras_models import BUILDERS, load_weights

SPLIT = Path(__file__).resolve().parents[2] / "Sources/CPublishedSplit/indices.bin"


def images(part: str) -> np.ndarray:
    with gzip.open(Path(arguments.data) / f"{part}-images-idx3-ubyte.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28, 1)


def split() -> tuple[np.ndarray, np.ndarray]:
    """Training images and those that the run monitors, in [0, 1]."""
    train, test = images("train"), images("t10k")
    if arguments.model != "conv-ae":
        indices = np.fromfile(SPLIT, "<u4")
        everything = np.concatenate([train, test])
        train, test = everything[indices[:56_000]], everything[indices[56_000:63_000]]
    return (part.astype(np.float32) / 255 for part in (train[: arguments.limit], test))


tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
keras.utils.set_random_seed(arguments.seed)
loss, stack = BUILDERS[arguments.model]()
model = keras.Sequential(stack)
if arguments.weights:
    load_weights(model, arguments.model, arguments.weights)
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
x, held_out = split()
for epoch in range(1, arguments.epochs + 1):
    start = time.monotonic()
    history = model.fit(x, x, batch_size=128, epochs=1, shuffle=True, verbose=0)
    seconds = time.monotonic() - start
    output = model.predict(held_out, batch_size=1000, verbose=0)
    mse = float(np.mean(np.square(output.astype(np.float64) - held_out)))
    ssim = float(tf.reduce_mean(tf.image.ssim(held_out, output, max_val=1.0)))
    print(json.dumps({"model": arguments.model, "epoch": epoch, "train_loss": history.history["loss"][0],
                      "mse": mse, "ssim-gaussian": ssim, "seconds": round(seconds, 1)}), flush=True)
