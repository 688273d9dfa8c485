"""Writes the fixtures that PyTorch and scikit-image define. Run it through make_fixtures.sh."""

import importlib.metadata

import numpy as np
import scipy.ndimage
import skimage.metrics
import torch
import torch.nn.functional as F

from fixture_common import (ADAM_RATE, FULL_SIZES, LAYERS, SGD_RATE, SMALL_SIZES, STEPS, fashion_mnist,
                            formula_model, put, save)

TORCH = f"torch {torch.__version__}"


def array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().numpy().copy()


def layers() -> None:
    generator = torch.Generator().manual_seed(1)
    normal = lambda *shape: torch.randn(*shape, generator=generator)
    tensors = {}

    for rows, inputs, outputs in [(5, 7, 3), (13, 32, 20), (16, 100, 24), (9, 784, 10)]:
        x = normal(rows, inputs).requires_grad_()
        weight = (normal(outputs, inputs) / inputs**0.5).requires_grad_()
        bias = normal(outputs).requires_grad_()
        output = F.linear(x, weight, bias)
        output_gradient = normal(rows, outputs)
        output.backward(output_gradient)
        put(tensors, f"linear.{rows}x{inputs}x{outputs}.", {
            "input": array(x), "weight": array(weight), "bias": array(bias), "output": array(output),
            "outputGradient": array(output_gradient), "inputGradient": array(x.grad),
            "weightGradient": array(weight.grad), "biasGradient": array(bias.grad)})

    points = (torch.arange(1003) - 501) * (9 / 501)  # -9 to 9, with an exact 0 in the middle
    output_gradient = normal(1003)
    put(tensors, "activation.", {"input": array(points), "outputGradient": array(output_gradient)})
    for name, function in [("relu", F.relu), ("leaky-relu", lambda x: F.leaky_relu(x, 0.2)),
                           ("sigmoid", torch.sigmoid), ("tanh", torch.tanh)]:
        x = points.clone().requires_grad_()
        output = function(x)
        output.backward(output_gradient)
        put(tensors, f"activation.{name}.", {"output": array(output), "inputGradient": array(x.grad)})

    logits = 3 * normal(6, 784)
    logits[0, :6] = torch.tensor([-100.0, -30.0, 30.0, 100.0, 0.0, -0.0])
    targets = torch.rand(6, 784, generator=generator)
    targets[:, ::7] = 0
    targets[:, 3::7] = 1
    put(tensors, "loss.", {"logits": array(logits), "targets": array(targets), "output": array(logits.sigmoid())})
    for name, function in [
        ("bce", lambda x: F.binary_cross_entropy_with_logits(x, targets, reduction="none")),
        ("mse", lambda x: F.mse_loss(torch.sigmoid(x), targets, reduction="none")),
        ("l1", lambda x: F.l1_loss(torch.sigmoid(x), targets, reduction="none")),
        ("ssim", lambda x: dissimilarity(targets, torch.sigmoid(x))),
        ("mix", lambda x: 0.84 * dissimilarity(targets, torch.sigmoid(x))
         + 0.16 * F.l1_loss(torch.sigmoid(x), targets, reduction="none")),
    ]:
        # The differences of the similarity's variances need more than single precision.
        x = logits.clone().to(torch.float64 if name in ("ssim", "mix") else torch.float32).requires_grad_()
        samples = function(x).mean(dim=1)
        samples.mean().backward()
        put(tensors, f"loss.{name}.", {
            "value": array(samples.mean().reshape(1).float()), "sampleValues": array(samples.float()),
            "logitsGradient": array(x.grad.float())})

    save("layers", tensors, TORCH)


def dense_ae_loss(weights: dict, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The logits and the loss of `dense-ae`: ReLU throughout (the code too), sigmoid out, BCE."""
    h = x
    for layer in LAYERS:
        h = F.linear(h, weights[f"{layer}.weight"], weights[f"{layer}.bias"])
        h = F.relu(h) if layer != LAYERS[-1] else h
    return h, F.binary_cross_entropy_with_logits(h, x)


def train(initial: dict, x: torch.Tensor, make_optimizer) -> tuple[dict, np.ndarray]:
    """The weights after ten steps on the same batch, and the loss that each step saw."""
    weights = {name: value.clone().requires_grad_() for name, value in initial.items()}
    optimizer = make_optimizer(weights.values())
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        _, loss = dense_ae_loss(weights, x)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {name: array(value) for name, value in weights.items()}, np.float32(losses)


def dense_ae() -> None:
    generator = torch.Generator().manual_seed(2)
    images = fashion_mnist("train", 24)
    x = torch.from_numpy(images.astype(np.float32) / 255)
    tensors = {"images": images}

    small = {}
    for layer, (inputs, outputs) in zip(LAYERS, zip(SMALL_SIZES, SMALL_SIZES[1:])):
        limit = (6 / (inputs + outputs)) ** 0.5
        small[f"{layer}.weight"] = (torch.rand(outputs, inputs, generator=generator) * 2 - 1) * limit
        # Biases away from zero, so that a forgotten one shows.
        small[f"{layer}.bias"] = torch.rand(outputs, generator=generator) * 0.1
    full = {name: torch.from_numpy(value) for name, value in formula_model(FULL_SIZES).items()}

    for prefix, initial in [("", small), ("full.", full)]:
        weights = {name: value.clone().requires_grad_() for name, value in initial.items()}
        logits, loss = dense_ae_loss(weights, x)
        loss.backward()
        gradients = {name: array(value.grad) for name, value in weights.items()}
        sgd, sgd_losses = train(initial, x, lambda p: torch.optim.SGD(p, lr=SGD_RATE))
        adam, adam_losses = train(initial, x, lambda p: torch.optim.Adam(p, lr=ADAM_RATE, eps=1e-8))
        for name, value in initial.items():
            assert np.any(sgd[name] != array(value)), f"{prefix}{name} did not move: choose another seed"
        put(tensors, prefix, {
            "loss": np.float32([loss.item()]), "sgd.losses": sgd_losses, "adam.losses": adam_losses})
        if prefix == "":
            put(tensors, "initial.", {name: array(value) for name, value in initial.items()})
            put(tensors, "", {"logits": array(logits), "output": array(logits.sigmoid())})
            put(tensors, "gradient.", gradients)
            put(tensors, "sgd.final.", sgd)
            put(tensors, "adam.final.", adam)
        else:
            put(tensors, "full.gradient.", {name: g for name, g in gradients.items() if name.endswith("bias")})
            put(tensors, "full.gradientNorm.",
                {name: np.float32([np.linalg.norm(g.astype(np.float64))]) for name, g in gradients.items()})

    save("dense_ae_torch", tensors, TORCH)


def optimizers() -> None:
    generator = torch.Generator().manual_seed(3)
    count, steps = 103, 5
    initial = torch.randn(count, generator=generator)
    # From 1e-8 to 1: where the gradient is small, where epsilon stands decides the step.
    scale = 10 ** (-8 * torch.rand(count, generator=generator))
    gradients = torch.randn(steps, count, generator=generator) * scale
    gradients[:, 0] = 0
    tensors = {"parameters": array(initial), "gradients": array(gradients)}
    for name, make in {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
        "sgd-decay": lambda p: torch.optim.SGD(p, lr=0.05, weight_decay=0.01),
        "sgd-momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
        "sgd-nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
        "adam": lambda p: torch.optim.Adam(p, lr=1e-3),
        "adam-gan": lambda p: torch.optim.Adam(p, lr=2e-4, betas=(0.5, 0.999)),
        "adam-decay": lambda p: torch.optim.Adam(p, lr=1e-3, weight_decay=0.01),
        "adamw": lambda p: torch.optim.AdamW(p, lr=1e-3, weight_decay=0.01),
        "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-3, alpha=0.99),
        "rmsprop-momentum": lambda p: torch.optim.RMSprop(p, lr=1e-3, momentum=0.9, weight_decay=0.01),
    }.items():
        parameters = initial.clone().requires_grad_()
        optimizer = make([parameters])
        after = []
        for step in range(steps):
            parameters.grad = gradients[step].clone()
            optimizer.step()
            after.append(array(parameters))
        tensors[f"torch.{name}"] = np.stack(after)
    for name, make in {
        "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=30, eta_min=1e-5),
        "step": lambda o: torch.optim.lr_scheduler.StepLR(o, step_size=7, gamma=0.3),
    }.items():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1e-3)
        schedule = make(optimizer)
        rates = []
        for _ in range(30):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        tensors[f"schedule.{name}"] = np.float32(rates)
    save("optimizers", tensors, TORCH)


def ssim_uniform(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """scikit-image's default SSIM per pair, in differentiable form; (N,28,28), data range 1."""
    mean = lambda image: F.avg_pool2d(image[:, None], 7, stride=1)[:, 0]
    sample = 49 / 48
    mx, my = mean(x), mean(y)
    vx, vy, vxy = ((mean(a * b) - ma * mb) * sample for a, b, ma, mb in
                   [(x, x, mx, mx), (y, y, my, my), (x, y, mx, my)])
    c1, c2 = 0.01**2, 0.03**2
    score = (2 * mx * my + c1) * (2 * vxy + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    return score.mean(dim=(1, 2))


def dissimilarity(targets: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
    """1 - SSIM of each row of 784 pixels, as a column."""
    images = (t.double().reshape(-1, 28, 28) for t in (targets, outputs))
    return 1 - ssim_uniform(*images)[:, None]


def ssim() -> None:
    random = np.random.default_rng(4)
    real = fashion_mnist("t10k", 20).reshape(20, 28, 28).astype(np.float32) / 255
    changes = {
        "equal": lambda x: x,
        "noise 0.02": lambda x: x + random.normal(0, 0.02, x.shape),
        "noise 0.1": lambda x: x + random.normal(0, 0.1, x.shape),
        "noise 0.5": lambda x: x + random.normal(0, 0.5, x.shape),
        "blur 0.7": lambda x: scipy.ndimage.gaussian_filter(x, 0.7),
        "blur 2": lambda x: scipy.ndimage.gaussian_filter(x, 2.0),
        "shift right 1": lambda x: np.roll(x, 1, axis=1),
        "shift down 3": lambda x: np.roll(x, 3, axis=0),
        "constant 0": lambda x: np.zeros_like(x),
        "constant 0.01": lambda x: np.full_like(x, 0.01),
        "constant 1": lambda x: np.ones_like(x),
        "negative": lambda x: 1 - x,
        "background 0.01": lambda x: np.maximum(x, 0.01),
        "darker": lambda x: 0.8 * x,
        "brighter": lambda x: np.sqrt(x),
        "flipped": lambda x: x[:, ::-1],
        "rounded": lambda x: np.round(x * 8) / 8,
        "noise only": lambda x: random.uniform(0, 1, x.shape),
        "another image": lambda x: real[0],
        "holes": lambda x: x * (random.uniform(0, 1, x.shape) > 0.3),
    }
    y = np.stack([np.clip(change(x), 0, 1).astype(np.float32) for x, change in zip(real, changes.values())])

    expected = [skimage.metrics.structural_similarity(a, b, data_range=1.0) for a, b in zip(real, y)]
    exact_y = torch.from_numpy(y).double().requires_grad_()
    exact = ssim_uniform(torch.from_numpy(real).double(), exact_y)
    exact.sum().backward()
    assert np.abs(array(exact) - expected).max() < 1e-5, "the differentiable form is not scikit-image's SSIM"

    error = (real.astype(np.float64) - y.astype(np.float64)).reshape(20, 784)
    mse = (error**2).mean(axis=1)
    psnr = [np.inf if m == 0 else skimage.metrics.peak_signal_noise_ratio(a, b, data_range=1.0)
            for a, b, m in zip(real, y, mse)]
    save("ssim", {
        "x": real.reshape(20, 784), "y": y.reshape(20, 784), "ssim": np.float32(expected),
        "ssim.gradient": array(exact_y.grad).astype(np.float32).reshape(20, 784),
        "mse": np.float32(mse), "psnr": np.float32(psnr),
    }, f"scikit-image {importlib.metadata.version('scikit-image')}, {TORCH}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    layers()
    dense_ae()
    optimizers()
    ssim()
