"""What the scripts for `conv-ae`, `baseline-ae` and `modified-ae` share: their layers and weights that need no file."""

import numpy as np

from fixture_common import formula_weight, load

# The small models keep the files small; the published ones are those that users train.
SMALL = {"conv-ae": ([8, 8, 16], 8), "baseline-ae": ([6, 8], 8), "modified-ae": ([8, 8, 16], 8)}
PUBLISHED = {"conv-ae": ([32, 64, 128], 64), "baseline-ae": ([32, 32], 128), "modified-ae": ([32, 64, 128], 128)}
LOSSES = {"conv-ae": "bce", "baseline-ae": "mse", "modified-ae": "mse"}
BATCH = 16
# Of the published models, whose first loss alone is kept.
PUBLISHED_BATCH = 4


def images() -> np.ndarray:
    """Real images (BATCH, 28, 28) in [0, 1]."""
    return (load("dense_ae_torch")["images"][:BATCH].astype(np.float32) / 255).reshape(-1, 28, 28)


def innermost(model: str, channels: list[int]) -> tuple[int, int]:
    """Channels and side of the image that the code is made of."""
    halvings = 1 if model == "baseline-ae" else len(channels) - 1
    return channels[-1], 28 >> halvings


def shapes(model: str, channels: list[int], latent: int) -> dict[str, tuple[int, ...]]:
    """The weights' shapes in PyTorch's layout, in the order of its state_dict, without biases."""
    result = {}
    for i, (inputs, outputs) in enumerate(zip([1] + channels, channels)):
        result[f"encoder.conv{i + 1}"] = (outputs, inputs, 3, 3)
    depth, side = innermost(model, channels)
    result["encoder.dense1"] = (latent, depth * side * side)
    result["decoder.dense1"] = (depth * side * side, latent)
    if model == "baseline-ae":
        widths = [depth] + channels[::-1] + [1]
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            result[f"decoder.conv{i + 1}"] = (outputs, inputs, 3, 3)
    else:
        inner = channels[:-1] if model == "conv-ae" else channels[1:]
        widths = [depth] + inner[::-1] + [1]
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            result[f"decoder.deconv{i + 1}"] = (inputs, outputs, 3, 3)
    return result


def formula_weights(model: str, channels: list[int], latent: int) -> dict[str, np.ndarray]:
    """Weights and biases from the formula, in PyTorch's layout; tensor i of the state_dict is the formula's tensor i, biases a
    tenth of it."""
    weights = {}
    for i, (layer, shape) in enumerate(shapes(model, channels, latent).items()):
        rows = shape[0]
        outputs = shape[1] if "deconv" in layer else rows
        weights[f"{layer}.weight"] = formula_weight(2 * i, rows, int(np.prod(shape[1:]))).reshape(shape)
        weights[f"{layer}.bias"] = formula_weight(2 * i + 1, 1, outputs)[0] * np.float32(0.1)
    return weights
