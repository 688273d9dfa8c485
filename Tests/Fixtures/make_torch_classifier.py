"""Writes what PyTorch computes of the classifier whose features distances are measured in. Run it through
make_fixtures.sh.

In double precision, and kept in single.
"""

import numpy as np
import torch
import torch.nn.functional as F

from fixture_common import formula_weight, load, put, save

# The small network keeps all gradients small; the published one is `fashion-cnn-v1`. Channels, and the width of the
# features.
SMALL = ([16, 16, 16, 16], 24)
PUBLISHED = ([32, 32, 64, 64], 128)
CLASSES = 10
# Of each network, the images that are farthest from a kink: where single precision decides otherwise than double, a
# gradient is another.
BATCH = 8
# Of the published network's gradients; the others would make the file large.
KEPT = ("conv1.weight", "dense2.weight")


def parameters(channels: list[int], hidden: int) -> dict[str, torch.Tensor]:
    """Weights and biases from the formula, in the order of the state_dict; biases are a tenth of it."""
    shapes = {f"conv{i + 1}": (outputs, inputs, 3, 3)
              for i, (inputs, outputs) in enumerate(zip([1] + channels, channels))}
    shapes |= {"dense1": (hidden, channels[-1] * 7 * 7), "dense2": (CLASSES, hidden)}
    weights = {}
    for i, (layer, shape) in enumerate(shapes.items()):
        weight = formula_weight(2 * i, shape[0], int(np.prod(shape[1:]))).reshape(shape)
        bias = formula_weight(2 * i + 1, 1, shape[0])[0] * np.float32(0.1)
        weights[f"{layer}.weight"] = torch.tensor(weight, dtype=torch.double, requires_grad=True)
        weights[f"{layer}.bias"] = torch.tensor(bias, dtype=torch.double, requires_grad=True)
    return weights


def forward(weights: dict, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Features (batch, hidden), logits (batch, 10), and for each image how far from changing the closest decision of a
    rectifier or a pool is (batch)."""
    margins = []
    for i in range(1, 5):
        x = F.conv2d(x, weights[f"conv{i}.weight"], weights[f"conv{i}.bias"], padding=1)
        margins.append(x.detach().abs().flatten(1).min(1).values)
        x = F.relu(x)
        if i % 2 == 0:
            windows = F.unfold(x.detach().flatten(0, 1)[:, None], 2, stride=2).sort(1, descending=True).values
            # Equal ones are equal whoever computes: all zero, or from equal pixels.
            gaps = torch.where(windows[:, 0] - windows[:, 1] < 1e-13, torch.inf, windows[:, 0] - windows[:, 1])
            margins.append(gaps.reshape(len(x), -1).min(1).values)
            x = F.max_pool2d(x, 2)
    features = F.relu(F.linear(x.flatten(1), weights["dense1.weight"], weights["dense1.bias"]))
    logits = F.linear(features, weights["dense2.weight"], weights["dense2.bias"])
    return features, logits, torch.stack(margins).min(0).values


def write() -> None:
    x = torch.tensor(load("dense_ae_torch")["images"]).double().reshape(-1, 1, 28, 28) / 255
    labels = torch.arange(BATCH) * 7 % CLASSES
    tensors = {"labels": labels.numpy().astype(np.uint8)}
    for name, sizes in (("small", SMALL), ("published", PUBLISHED)):
        weights = parameters(*sizes)
        chosen = forward(weights, x)[2].argsort(descending=True)[:BATCH]
        features, logits, margins = forward(weights, x[chosen])
        print(f"{name}: closest decision {margins.min():.1e}")
        losses = F.cross_entropy(logits, labels, reduction="none")
        losses.mean().backward()
        tensors[f"{name}.images"] = chosen.numpy().astype(np.uint8)
        tensors[f"{name}.parameters"] = np.float32([sum(weight.numel() for weight in weights.values())])
        put(tensors, f"{name}.", {key: value.detach().numpy().astype(np.float32) for key, value in (
            ("features", features), ("logits", logits), ("probabilities", logits.softmax(1)), ("losses", losses))})
        put(tensors, f"{name}.gradient.",
            {key: value.grad.numpy().astype(np.float32) for key, value in weights.items()
             if name == "small" or key in KEPT or key.endswith("bias")})
    save("classifier_torch", tensors, f"torch {torch.__version__}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    write()
