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

from keras_models import BUILDERS, load_weights

tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)


def build(**compile_options):
    keras.utils.set_random_seed(0)
    loss, stack = BUILDERS[arguments.model]()
    model = keras.Sequential(stack)
    if arguments.weights:
        load_weights(model, arguments.model, arguments.weights)
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
