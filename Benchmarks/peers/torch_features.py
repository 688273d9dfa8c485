"""The feature network `fashion-cnn-v1` in PyTorch, and images to give it."""

import gzip
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

BATCHES = [25, 100, 500]


class FashionCNN(torch.nn.Module):
    """Two pairs of 3x3 convolutions with a pool after each, and two dense layers. Gives features and logits."""

    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 32, 3, padding=1)
        self.conv2 = torch.nn.Conv2d(32, 32, 3, padding=1)
        self.conv3 = torch.nn.Conv2d(32, 64, 3, padding=1)
        self.conv4 = torch.nn.Conv2d(64, 64, 3, padding=1)
        self.dense1 = torch.nn.Linear(64 * 7 * 7, 128)
        self.dense2 = torch.nn.Linear(128, 10)

    def forward(self, x):
        relu, pool = torch.nn.functional.relu, torch.nn.functional.max_pool2d
        x = pool(relu(self.conv2(relu(self.conv1(x)))), 2)
        x = pool(relu(self.conv4(relu(self.conv3(x)))), 2)
        features = relu(self.dense1(x.flatten(1)))
        return features, self.dense2(features)


class Extractor:
    """Computes features and class probabilities with settings such as `eager+500+channels_last`."""

    def __init__(self, weights: str, variant: str):
        settings = variant.split("+")
        self.batch = next(int(setting) for setting in settings if setting.isdigit())
        self.format = torch.channels_last if "channels_last" in settings else torch.contiguous_format
        model = FashionCNN().eval()
        model.load_state_dict(load_file(weights))
        model = model.to(memory_format=self.format)
        self.model = torch.compile(model, dynamic=False) if "compile" in settings else model

    @torch.inference_mode()
    def __call__(self, images: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        parts = []
        for start in range(0, len(images), self.batch):
            pixels = torch.from_numpy(images[start : start + self.batch]).float().div_(255).unsqueeze(1)
            parts.append(self.model(pixels.to(memory_format=self.format)))
        features, logits = (torch.cat(part) for part in zip(*parts))
        return features, logits.softmax(1)


def read_idx(folder: str, name: str) -> np.ndarray:
    """Images of an IDX file as uint8 (count, 28, 28)."""
    with gzip.open(Path(folder) / f"{name}-images-idx3-ubyte.gz") as file:
        return np.frombuffer(bytearray(file.read()), np.uint8, offset=16).reshape(-1, 28, 28)


def fastest_variant(weights: str, images: np.ndarray, total: int) -> tuple[str, dict]:
    """The setting that gives the features of `total` images with the least processor time, start included.

    The start of torch.compile is counted as of a second process, for which the compiler keeps its work on disk.
    Returned with it: for every setting, seconds to start and images per second of processor time.
    """

    def measure(variant: str, restart: bool = False) -> dict:
        for _ in range(2 if restart else 1):
            torch._dynamo.reset()
            extractor = Extractor(weights, variant)
            start = time.process_time()
            extractor(images[: extractor.batch])
            first = time.process_time() - start
        seconds = []
        for _ in range(3):
            start = time.process_time()
            extractor(images)
            seconds.append(time.process_time() - start)
        rate = len(images) / min(seconds)
        return {"start_seconds": round(max(0, first - extractor.batch / rate), 2), "images_per_cpu_second": round(rate, 1)}

    layouts = ["", "+channels_last"]
    trials = {variant: measure(variant) for variant in (f"eager+{batch}{layout}" for batch in BATCHES for layout in layouts)}
    best = max(trials, key=lambda variant: trials[variant]["images_per_cpu_second"])
    for layout in layouts:
        variant = f"compile+{best.split('+')[1]}{layout}"
        try:
            trials[variant] = measure(variant, restart=True)
        except Exception as error:  # a machine without a compiler
            trials[variant] = {"error": f"{type(error).__name__}: {str(error)[:200]}"}

    def price(variant: str) -> float:
        trial = trials[variant]
        return trial["start_seconds"] + total / trial["images_per_cpu_second"] if "error" not in trial else float("inf")

    return min(trials, key=price), trials
