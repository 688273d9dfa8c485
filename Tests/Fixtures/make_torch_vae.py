"""Writes what PyTorch computes of `vae` and `conv-vae`. Run it through make_fixtures.sh."""

import numpy as np
import torch
import torch.nn.functional as F

from convolutional_models import BATCH, PUBLISHED_BATCH, images, shapes
from fixture_common import ADAM_RATE, STEPS, formula_weight, put, save

# Hidden widths or channels, and the code's size; the small ones keep the files small.
SMALL = {"vae": ([16], 6), "conv-vae": ([8, 8, 16], 6)}
PUBLISHED = {"vae": ([400], 20), "conv-vae": ([32, 64, 128], 20)}
# Of the second set of gradients: the weight of the divergence, and nats a dimension that are free.
WEIGHT, FREE_BITS = 0.75, 0.125
# The logarithm of the variance of Gaussian pixels.
LOG_VARIANCE = -1.25


def layers(name: str, sizes: list[int], latent: int) -> dict[str, tuple[int, ...]]:
    """The weights' shapes in the order of the state_dict."""
    result = {}
    if name == "vae":
        widths = [784] + sizes
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            result[f"encoder.dense{i + 1}"] = (outputs, inputs)
        features = widths[-1]
    else:
        for layer, shape in shapes("conv-ae", sizes, latent).items():
            if layer == "encoder.dense1":
                features = shape[1]
                break
            result[layer] = shape
    result["encoder.mean"] = result["encoder.log_variance"] = (latent, features)
    if name == "vae":
        widths = [latent] + sizes[::-1] + [784]
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            result[f"decoder.dense{i + 1}"] = (outputs, inputs)
    else:
        result |= {layer: shape for layer, shape in shapes("conv-ae", sizes, latent).items()
                   if layer.startswith("decoder")}
    return result


def parameters(name: str, sizes: list[int], latent: int) -> dict[str, torch.Tensor]:
    """Weights from the formula, biases a tenth of it; tensor i of the state_dict is the formula's tensor i."""
    weights = {}
    for i, (layer, shape) in enumerate(layers(name, sizes, latent).items()):
        outputs = shape[1] if "deconv" in layer else shape[0]
        weight = formula_weight(2 * i, shape[0], int(np.prod(shape[1:]))).reshape(shape)
        bias = formula_weight(2 * i + 1, 1, outputs)[0] * np.float32(0.1)
        weights[f"{layer}.weight"] = torch.tensor(weight, requires_grad=True)
        weights[f"{layer}.bias"] = torch.tensor(bias, requires_grad=True)
    return weights


def encode(name: str, sizes: list[int], weights: dict, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    h = x
    for i in range(len(sizes)):
        if name == "vae":
            h = F.relu(dense(weights, f"encoder.dense{i + 1}", h))
        else:
            h = F.max_pool2d(h, 2) if i > 0 else h.reshape(-1, 1, 28, 28)
            h = F.relu(F.conv2d(h, weights[f"encoder.conv{i + 1}.weight"], weights[f"encoder.conv{i + 1}.bias"],
                                padding=1))
    return tuple(dense(weights, f"encoder.{head}", h.flatten(1)) for head in ("mean", "log_variance"))


def decode(name: str, sizes: list[int], weights: dict, z: torch.Tensor) -> torch.Tensor:
    """The logits (batch, 784); transposed convolutions of stride 2 lose their last line, as Keras's `same` does."""
    h = dense(weights, "decoder.dense1", z)
    if name == "vae":
        for i in range(len(sizes)):
            h = dense(weights, f"decoder.dense{i + 2}", F.relu(h))
        return h
    side = 28 >> (len(sizes) - 1)
    h = F.relu(h).reshape(-1, sizes[-1], side, side)
    for i in range(1, len(sizes)):
        side *= 2
        layer = f"decoder.deconv{i}"
        h = F.relu(F.conv_transpose2d(h, weights[f"{layer}.weight"], weights[f"{layer}.bias"], 2)[..., :side, :side])
    layer = f"decoder.deconv{len(sizes)}"
    return F.conv_transpose2d(h, weights[f"{layer}.weight"], weights[f"{layer}.bias"], padding=1).flatten(1)


def dense(weights: dict, layer: str, x: torch.Tensor) -> torch.Tensor:
    return F.linear(x, weights[f"{layer}.weight"], weights[f"{layer}.bias"])


def terms(name: str, sizes: list[int], weights: dict, x: torch.Tensor, noise: torch.Tensor):
    """Of each image the cross-entropy in nats; and each dimension's divergence."""
    logits, divergences = forward(name, sizes, weights, x, noise)
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(dim=1), divergences


def gaussian_terms(name: str, sizes: list[int], weights: dict, x: torch.Tensor, noise: torch.Tensor,
                   uniform: torch.Tensor):
    """As `terms`, with normal pixels around the output, which x is dequantised for."""
    logits, divergences = forward(name, sizes, weights, x, noise)
    pixels = torch.distributions.Normal(torch.sigmoid(logits), torch.exp(weights["decoder.log_variance"] / 2))
    return -pixels.log_prob((255 * x + uniform) / 256).sum(dim=1), divergences


def forward(name: str, sizes: list[int], weights: dict, x: torch.Tensor, noise: torch.Tensor):
    """The logits, and each dimension's divergence."""
    mean, log_variance = encode(name, sizes, weights, x)
    logits = decode(name, sizes, weights, mean + torch.exp(log_variance / 2) * noise)
    standard = torch.distributions.Normal(torch.zeros(()).to(x), torch.ones(()).to(x))
    divergences = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, torch.exp(log_variance / 2)), standard)
    return logits, divergences


def gaussian_parameters(name: str, sizes: list[int], latent: int) -> dict[str, torch.Tensor]:
    log_variance = torch.tensor([LOG_VARIANCE], requires_grad=True)
    return parameters(name, sizes, latent) | {"decoder.log_variance": log_variance}


def put_gaussian(tensors: dict, name: str, x: torch.Tensor, noise: torch.Tensor) -> None:
    """What the model with normal pixels makes of the same images and noise."""
    sizes, latent = SMALL[name]
    bytes_ = torch.randint(0, 256, x.shape, generator=torch.Generator().manual_seed(8))
    uniform = bytes_.to(torch.float32) / 256
    weights = gaussian_parameters(name, sizes, latent)
    reconstruction, divergences = gaussian_terms(name, sizes, weights, x, noise, uniform)
    loss = (reconstruction + divergences.sum(dim=1)).mean()
    loss.backward()
    put(tensors, "gaussian.", {
        "uniform": bytes_.to(torch.uint8).numpy(), "logVariance": np.float32([LOG_VARIANCE]),
        "loss": np.float32([loss.item()]), "reconstructions": reconstruction.detach().numpy()})
    put(tensors, "gaussian.gradient.",
        {key: weights[key].grad.numpy() for key in weights if "variance" in key or "bias" in key or "2.weight" in key})

    weights = gaussian_parameters(name, sizes, latent)
    optimizer = torch.optim.Adam(weights.values(), ADAM_RATE)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        reconstruction, divergences = gaussian_terms(name, sizes, weights, x, noise, uniform)
        loss = (reconstruction + divergences.sum(dim=1)).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    put(tensors, "gaussian.adam.", {
        "losses": np.float32(losses), "logVariance": weights["decoder.log_variance"].detach().numpy()})


def write(name: str) -> None:
    x = torch.tensor(images()).reshape(BATCH, 784)
    sizes, latent = SMALL[name]
    noise = torch.randn(BATCH, latent, generator=torch.Generator().manual_seed(6))
    weights = parameters(name, sizes, latent)
    reconstruction, divergences = terms(name, sizes, weights, x, noise)
    loss = (reconstruction + divergences.sum(dim=1)).mean()
    loss.backward()
    tensors = {"noise": noise.numpy(), "loss": np.float32([loss.item()]),
               "reconstructions": reconstruction.detach().numpy(),
               "divergences": divergences.sum(dim=1).detach().numpy()}
    put(tensors, "gradient.", {key: value.grad.numpy() for key, value in weights.items()})

    weights = parameters(name, sizes, latent)
    reconstruction, divergences = terms(name, sizes, weights, x, noise)
    is_free = divergences < FREE_BITS
    assert 0.1 < is_free.float().mean() < 0.9 and (divergences - FREE_BITS).abs().min() > 1e-4 * FREE_BITS
    counted = divergences.clamp(min=FREE_BITS).sum(dim=1)
    (reconstruction + WEIGHT * counted).mean().backward()
    tensors["free.counted"] = counted.detach().numpy()
    put(tensors, "free.gradient.",
        {key: weights[key].grad.numpy() for key in weights if "mean" in key or "variance" in key or "bias" in key})

    weights = parameters(name, sizes, latent)
    optimizer = torch.optim.Adam(weights.values(), ADAM_RATE)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        reconstruction, divergences = terms(name, sizes, weights, x, noise)
        loss = (reconstruction + divergences.sum(dim=1)).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    tensors["adam.losses"] = np.float32(losses)
    put_gaussian(tensors, name, x, noise)

    published, latent = PUBLISHED[name]
    weights = parameters(name, published, latent)
    noise = torch.randn(PUBLISHED_BATCH, latent, generator=torch.Generator().manual_seed(7))
    with torch.no_grad():
        reconstruction, divergences = terms(name, published, weights, x[:PUBLISHED_BATCH], noise)
    put(tensors, "published.", {
        "noise": noise.numpy(), "loss": np.float32([(reconstruction + divergences.sum(dim=1)).mean().item()]),
        "parameters": np.float32([sum(weight.numel() for weight in weights.values())])})
    save(f"{name.replace('-', '_')}_torch", tensors, f"torch {torch.__version__}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in SMALL:
        write(name)
