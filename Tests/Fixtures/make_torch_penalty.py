"""Writes what PyTorch's double backward computes of gradient penalties. Run it through make_fixtures.sh."""

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from fixture_common import SGD_RATE, STEPS, fashion_mnist, put, save
from make_torch_gan import (BATCH, CHANNELS, GAN_BETAS, GAN_RATE, HIDDEN, LATENT, SIDE, convolutional, dense, sequence,
                            singles)

# Name of the case: the loss, the penalty, and its weight.
CASES = {"r1": ("non-saturating", "r1", 3.0), "gradient-penalty": ("wasserstein", "gradient-penalty", 10.0)}


def small(name: str) -> nn.Module:
    """A model in double precision without normalization in its discriminator, with weights that single precision holds."""
    if name == "gan":
        model = dense(HIDDEN, LATENT, SIDE**2)
    else:
        model = convolutional(CHANNELS, LATENT, SIDE)
        (outer, inner), quarter = CHANNELS, SIDE // 4
        model.discriminator = sequence(
            image=nn.Unflatten(1, (1, SIDE, SIDE)), conv1=nn.Conv2d(1, outer, 4, 2, 1), leaky1=nn.LeakyReLU(0.2),
            conv2=nn.Conv2d(outer, inner, 4, 2, 1), leaky2=nn.LeakyReLU(0.2), flat=nn.Flatten(),
            dense1=nn.Linear(inner * quarter**2, 1))
    generator = torch.Generator().manual_seed(21)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            mean, deviation = (1.0, 0.1) if "norm" in key and key.endswith("weight") else (0.0, 0.2)
            parameter.copy_(mean + deviation * torch.randn(parameter.shape, generator=generator))
    return model.double()


def penalize(discriminator: nn.Module, case: str, real: torch.Tensor, fake: torch.Tensor, mix: torch.Tensor):
    """The penalty of each image."""
    _, kind, weight = CASES[case]
    images = real if kind == "r1" else mix[:, None] * real + (1 - mix[:, None]) * fake
    images = images.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(images).sum(), images, create_graph=True)
    if kind == "r1":
        return weight / 2 * gradient.square().sum(1)
    return weight * (gradient.norm(2, dim=1) - 1).square()


def losses(kind: str, real, fake, generated):
    """Of logits, sample by sample: the discriminator's on real and on fake images, and the generator's."""
    if kind == "wasserstein":
        return -real, fake, -generated
    return F.softplus(-real), F.softplus(fake), F.softplus(-generated)


def train(model: nn.Module, case: str, optimizer, images: torch.Tensor, noise: torch.Tensor, mix: torch.Tensor):
    """Ten steps. Returns (steps, 4) losses and, of the first step, penalties and gradients."""
    generator, discriminator = model.generator, model.discriminator
    generator_optimizer, discriminator_optimizer = (optimizer(m.parameters()) for m in (generator, discriminator))
    kind = CASES[case][0]
    trajectory, first = [], {}
    for step in range(STEPS):
        real, fake = 2 * images[step] - 1, generator(noise[step])
        discriminator_optimizer.zero_grad()
        penalties = penalize(discriminator, case, real, fake, mix[step])
        if step == 0:
            first["penalties"] = penalties.detach().clone()
            # The last bias is not in the graph of the gradient at all.
            gradients = torch.autograd.grad(
                penalties.mean(), list(discriminator.parameters()), retain_graph=True, allow_unused=True)
            for (key, parameter), gradient in zip(discriminator.named_parameters(), gradients):
                first[f"penaltyGradient.discriminator.{key}"] = (
                    torch.zeros_like(parameter) if gradient is None else gradient)
        real_logits, fake_logits = discriminator(real), discriminator(fake.detach())
        on_real, on_fake, _ = losses(kind, real_logits, fake_logits, fake_logits)
        (on_real.mean() + on_fake.mean() + penalties.mean()).backward()
        if step == 0:
            first |= {f"gradient.discriminator.{key}": p.grad.clone() for key, p in discriminator.named_parameters()}
        discriminator_optimizer.step()

        generator_optimizer.zero_grad()
        discriminator.requires_grad_(False)
        logits = discriminator(fake)
        of_generator = losses(kind, logits, logits, logits)[2].mean()
        of_generator.backward()
        discriminator.requires_grad_(True)
        if step == 0:
            first |= {f"gradient.generator.{key}": p.grad.clone() for key, p in generator.named_parameters()}
        generator_optimizer.step()
        trajectory.append([v.mean().item() for v in (on_real, on_fake, penalties, of_generator)])
    return np.float32(trajectory), first


def write() -> None:
    tensors = {}
    # From the middle of each image, where there is something to see.
    cut = fashion_mnist("train", STEPS * BATCH).reshape(STEPS, BATCH, 28, 28)[:, :, 10:10 + SIDE, 10:10 + SIDE]
    pixels = np.ascontiguousarray(cut).reshape(STEPS, BATCH, SIDE**2)
    images = torch.tensor(pixels.astype(np.float32) / np.float32(255)).double()
    random = torch.Generator().manual_seed(22)
    noise, mix = torch.randn(STEPS, BATCH, LATENT, generator=random), torch.rand(STEPS, BATCH, generator=random)
    tensors |= {"images": pixels, "noise": noise.numpy(), "mix": mix.numpy()}
    for name in ("gan", "dcgan"):
        start = small(name)
        put(tensors, f"{name}.initial.", singles(start.named_parameters()))
        for case in CASES:
            model = copy.deepcopy(start)
            trajectory, first = train(
                model, case, lambda p: torch.optim.SGD(p, SGD_RATE), images, noise.double(), mix.double())
            tensors[f"{name}.{case}.sgd.losses"] = trajectory
            put(tensors, f"{name}.{case}.", singles(first.items()))
            put(tensors, f"{name}.{case}.sgd.final.", singles(model.named_parameters()))
            model = copy.deepcopy(start)
            tensors[f"{name}.{case}.adam.losses"], _ = train(
                model, case, lambda p: torch.optim.Adam(p, GAN_RATE, betas=GAN_BETAS), images, noise.double(),
                mix.double())
    save("gan_penalty_torch", tensors, f"torch {torch.__version__}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    write()
