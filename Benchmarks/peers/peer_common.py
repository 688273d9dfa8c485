"""What every peer shares: options, Fashion-MNIST, the clock, and the JSON line that Benchmarks/compare reads."""

import argparse
import gzip
import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path

MODELS = ["dense-ae", "vae", "conv-ae", "baseline-ae", "modified-ae", "gan", "dcgan"]
WARM_UP_SECONDS = 2.0
WINDOWS = 5


def parse_arguments(description: str, extra=lambda parser: None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--model", choices=MODELS, default="dense-ae")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10, help="measured time, after the warm-up")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--weights", help="safetensors file in Atelier's names to start from")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--variant", default="auto",
                        help="one of the settings tried, or auto to try all and keep the best")
    extra(parser)
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    return arguments


def training_images(folder: str):
    """The 60,000 training images as uint8 (60000, 784)."""
    import numpy as np

    with gzip.open(Path(folder) / "train-images-idx3-ubyte.gz") as file:
        return np.frombuffer(bytearray(file.read()), np.uint8, offset=16).reshape(-1, 784)


class Clock:
    """Cuts training into windows of a fifth of the measured time, after a warm-up.

    `rates` are images per second of wall-clock time. `cpu_rates` are images per second of processor time, times the
    threads: nearly the same on a calm machine, and what remains meaningful on one that others use too.
    """

    def __init__(self, seconds: float, threads: int, warm_up: float = WARM_UP_SECONDS):
        self.window_seconds = seconds / WINDOWS
        self.threads = threads
        self.warm_up_left = warm_up
        self.rates, self.cpu_rates = [], []
        self.images, self.elapsed, self.cpu = 0, 0.0, 0.0

    @property
    def finished(self) -> bool:
        return len(self.rates) >= WINDOWS

    def begin(self) -> None:
        """Starts to count, for a following `add`."""
        self.last, self.last_cpu = time.perf_counter(), time.process_time()

    def add(self, images: int) -> None:
        """Counts images trained since the last `begin` or `add`."""
        seconds, cpu = -self.last, -self.last_cpu
        self.begin()
        seconds, cpu = seconds + self.last, cpu + self.last_cpu
        if self.warm_up_left > 0:
            self.warm_up_left -= seconds
            return
        self.images += images
        self.elapsed += seconds
        self.cpu += cpu
        if self.elapsed >= self.window_seconds:
            self.rates.append(self.images / self.elapsed)
            self.cpu_rates.append(self.images / self.cpu * self.threads)
            self.images, self.elapsed, self.cpu = 0, 0.0, 0.0

    def run(self, step, images_per_step: int, steps_per_reading: int) -> None:
        """Calls `step` until every window is full; the clock is read once every few steps."""
        self.begin()
        while not self.finished:
            for _ in range(steps_per_reading):
                step()
            self.add(images_per_step * steps_per_reading)


def best_variant(arguments, variants: list[str], measure) -> tuple[str, dict]:
    """The variant to measure: the one asked for, or the fastest of all in a short trial each.

    Judged by processor time, so that a neighbour's burst of work does not choose.
    """
    if arguments.variant != "auto":
        return arguments.variant, {}
    trials = {}
    for variant in variants:
        try:
            clock = Clock(min(2.5, arguments.seconds), arguments.threads, warm_up=1.0)
            measure(variant, clock)
            trials[variant] = round(max(clock.cpu_rates), 1)
        except Exception as error:  # a setting this machine lacks, such as a compiler
            trials[variant] = 0.0
            print(f"{variant}: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr)
    return max(trials, key=trials.get), trials


def peak_rss_mib() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def report(arguments, rates: list[float], parameters: int, first_loss: float, versions: dict, **more) -> None:
    """Prints the peer's one JSON line."""
    print(json.dumps({
        "model": arguments.model, "batch": arguments.batch, "threads": arguments.threads,
        "images_per_second": round(statistics.median(rates), 1),
        "images_per_second_windows": [round(rate, 1) for rate in rates],
        "parameters": parameters, "first_loss": first_loss,
        "peak_rss_mib": peak_rss_mib(),
        "versions": versions, **more,
    }), flush=True)
