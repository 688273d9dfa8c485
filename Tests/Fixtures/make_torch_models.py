"""Writes what PyTorch computes of `conv-ae`, `baseline-ae` and `modified-ae`. Run it through make_fixtures.sh."""

import numpy as np
import torch
import torch.nn.functional as F

from convolutional_models import (BATCH, LOSSES, PUBLISHED, PUBLISHED_BATCH, SMALL, formula_weights, images,
                                  innermost)
from fixture_common import ADAM_RATE, SGD_RATE, STEPS, put, save


def forward(name: str, channels: list[int], weights: dict, x: torch.Tensor) -> torch.Tensor:
    """The logits (batch, 784); convolutions of stride 2 pad as TensorFlow's `same` does."""

    def conv(x, layer, stride=1):
        padded = F.pad(x, (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1))
        return F.conv2d(padded, weights[f"{layer}.weight"], weights[f"{layer}.bias"], stride)

    def deconv(x, layer, stride=1):
        full = F.conv_transpose2d(x, weights[f"{layer}.weight"], weights[f"{layer}.bias"], stride)
        first = 0 if stride == 2 else 1
        return full[..., first : first + stride * x.shape[2], first : first + stride * x.shape[3]]

    def dense(x, layer):
        return F.linear(x, weights[f"{layer}.weight"], weights[f"{layer}.bias"])

    for i in range(len(channels)):
        if name == "conv-ae" and i > 0:
            x = F.max_pool2d(x, 2)
        x = F.relu(conv(x, f"encoder.conv{i + 1}", 2 if name == "modified-ae" and i > 0 else 1))
    if name == "baseline-ae":
        x = F.max_pool2d(x, 2)
    code = dense(x.flatten(1), "encoder.dense1")
    if name != "conv-ae":
        code = F.relu(code)
    depth, side = innermost(name, channels)
    x = F.relu(dense(code, "decoder.dense1")).reshape(-1, depth, side, side)
    if name == "baseline-ae":
        x = F.interpolate(x, scale_factor=2)
        for i in range(len(channels)):
            x = F.relu(conv(x, f"decoder.conv{i + 1}"))
        return conv(x, f"decoder.conv{len(channels) + 1}").flatten(1)
    for i in range(len(channels) - 1):
        x = F.relu(deconv(x, f"decoder.deconv{i + 1}", 2))
    return deconv(x, f"decoder.deconv{len(channels)}").flatten(1)


def loss_of(name: str, channels: list[int], weights: dict, x: torch.Tensor) -> torch.Tensor:
    logits, target = forward(name, channels, weights, x), x.flatten(1)
    if LOSSES[name] == "bce":
        return F.binary_cross_entropy_with_logits(logits, target)
    return F.mse_loss(torch.sigmoid(logits), target)


def parameters(name: str, channels: list[int], latent: int) -> dict[str, torch.Tensor]:
    return {key: torch.tensor(value, requires_grad=True)
            for key, value in formula_weights(name, channels, latent).items()}


def write(name: str) -> None:
    x = torch.tensor(images()).reshape(BATCH, 1, 28, 28)
    channels, latent = SMALL[name]
    weights = parameters(name, channels, latent)
    loss = loss_of(name, channels, weights, x)
    loss.backward()
    tensors = {"loss": np.float32([loss.item()])}
    put(tensors, "gradient.", {key: value.grad.numpy() for key, value in weights.items()})
    for rule in ("sgd", "adam"):
        weights = parameters(name, channels, latent)
        optimizer = (torch.optim.SGD(weights.values(), SGD_RATE) if rule == "sgd"
                     else torch.optim.Adam(weights.values(), ADAM_RATE))
        losses = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = loss_of(name, channels, weights, x)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        tensors[f"{rule}.losses"] = np.float32(losses)
    published, _ = PUBLISHED[name]
    with torch.no_grad():
        weights = parameters(name, *PUBLISHED[name])
        tensors["published.loss"] = np.float32([loss_of(name, published, weights, x[:PUBLISHED_BATCH]).item()])
    tensors["published.parameters"] = np.float32([sum(weight.numel() for weight in weights.values())])
    save(f"{name.replace('-', '_')}_torch", tensors, f"torch {torch.__version__}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in SMALL:
        write(name)
