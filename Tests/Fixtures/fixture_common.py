"""What the two fixture scripts share: where files go, real images, and weights that need no file."""

import gzip
import math
import os
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

DATA = Path(__file__).resolve().parent / "data"
FASHION_MNIST = Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))

# The small model keeps the trajectories' files small; the full one is the `dense-ae` that users train.
SMALL_SIZES = [784, 32, 16, 8, 16, 32, 784]
FULL_SIZES = [784, 128, 64, 32, 64, 128, 784]
LAYERS = [f"{half}.dense{i}" for half in ("encoder", "decoder") for i in (1, 2, 3)]
STEPS = 10
SGD_RATE = 0.05
ADAM_RATE = 1e-3


def fashion_mnist(name: str, count: int) -> np.ndarray:
    """The first `count` images of an IDX file, as uint8 (count, 784)."""
    with gzip.open(FASHION_MNIST / f"{name}-images-idx3-ubyte.gz") as file:
        return np.frombuffer(file.read(16 + count * 784)[16:], np.uint8).reshape(count, 784)


def formula_weight(tensor: int, rows: int, columns: int) -> np.ndarray:
    """Glorot-uniform weights (rows, columns) as a formula of their index, so that Swift can make the same ones.

    Element i is (h(i + tensor * 2^20) >> 8) / 2^24 * 2 - 1 times sqrt(6 / (rows + columns)), all in float32, where h
    is MurmurHash3's 32-bit finaliser.
    """
    h = np.arange(rows * columns, dtype=np.uint32) + np.uint32(tensor << 20)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    unit = (h >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)
    limit = np.float32(math.sqrt(6.0 / (rows + columns)))
    return ((unit * np.float32(2) - np.float32(1)) * limit).reshape(rows, columns)


def formula_model(sizes: list[int]) -> dict[str, np.ndarray]:
    """Formula weights and zero biases of a dense autoencoder, in PyTorch's layout (out, in)."""
    weights = {}
    for tensor, layer in enumerate(LAYERS):
        weights[f"{layer}.weight"] = formula_weight(tensor, sizes[tensor + 1], sizes[tensor])
        weights[f"{layer}.bias"] = np.zeros(sizes[tensor + 1], np.float32)
    return weights


def put(tensors: dict, prefix: str, values: dict) -> None:
    """Adds every entry of `values` to `tensors` under `prefix`."""
    for name, value in values.items():
        tensors[prefix + name] = value


def save(name: str, tensors: dict, made_with: str) -> None:
    """Writes data/<name>.safetensors. One metadata key only: the order of several is random in that library."""
    DATA.mkdir(exist_ok=True)
    arrays = {key: np.ascontiguousarray(value) for key, value in tensors.items()}
    save_file(arrays, DATA / f"{name}.safetensors", metadata={"made_with": made_with})
    print(f"{name}.safetensors: {len(arrays)} tensors, {(DATA / f'{name}.safetensors').stat().st_size:,} bytes")


def load(name: str) -> dict[str, np.ndarray]:
    return load_file(DATA / f"{name}.safetensors")
