"""Writes what PyTorch computes of `gan` and `dcgan`. Run it through make_fixtures.sh."""

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from fixture_common import SGD_RATE, STEPS, fashion_mnist, put, save

SIDE, LATENT, BATCH = 8, 6, 8
HIDDEN = [8, 12]
CHANNELS = [4, 8]
GAN_RATE, GAN_BETAS = 2e-4, (0.5, 0.999)
# Name of the case: the loss, and the target of real images.
CASES = {"non-saturating": ("non-saturating", 1.0), "smoothed": ("non-saturating", 0.9), "lsgan": ("lsgan", 1.0),
         "smoothed-lsgan": ("lsgan", 0.9), "hinge": ("hinge", 1.0)}


def sequence(**modules) -> nn.Sequential:
    result = nn.Sequential()
    for name, module in modules.items():
        result.add_module(name, module)
    return result


def dense(hidden: list[int], latent: int, pixels: int) -> nn.Module:
    """Both networks of `gan`; images are rows of pixels."""
    def layers(widths: list[int], last: nn.Module | None) -> nn.Sequential:
        modules = {}
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            modules[f"dense{i + 1}"] = nn.Linear(inputs, outputs)
            modules[f"leaky{i + 1}"] = nn.LeakyReLU(0.2)
        modules.popitem()
        return sequence(**modules, **({"last": last} if last else {}))

    model = nn.Module()
    model.generator = layers([latent] + hidden + [pixels], nn.Tanh())
    model.discriminator = layers([pixels] + hidden[::-1] + [1], None)
    return model


def convolutional(channels: list[int], latent: int, side: int) -> nn.Module:
    """Both networks of `dcgan` with two convolutions each; images are rows of pixels here, too."""
    (outer, inner), quarter = channels, side // 4
    model = nn.Module()
    model.generator = sequence(
        dense1=nn.Linear(latent, inner * quarter**2, bias=False), shape=nn.Unflatten(1, (inner, quarter, quarter)),
        norm1=nn.BatchNorm2d(inner), relu1=nn.ReLU(),
        deconv1=nn.ConvTranspose2d(inner, outer, 4, 2, 1, bias=False), norm2=nn.BatchNorm2d(outer), relu2=nn.ReLU(),
        deconv2=nn.ConvTranspose2d(outer, 1, 4, 2, 1), tanh=nn.Tanh(), rows=nn.Flatten())
    model.discriminator = sequence(
        image=nn.Unflatten(1, (1, side, side)), conv1=nn.Conv2d(1, outer, 4, 2, 1), leaky1=nn.LeakyReLU(0.2),
        conv2=nn.Conv2d(outer, inner, 4, 2, 1, bias=False), norm1=nn.BatchNorm2d(inner), leaky2=nn.LeakyReLU(0.2),
        flat=nn.Flatten(), dense1=nn.Linear(inner * quarter**2, 1))
    return model


def small(name: str) -> nn.Module:
    """A model in double precision with random weights that single precision holds exactly."""
    model = dense(HIDDEN, LATENT, SIDE**2) if name == "gan" else convolutional(CHANNELS, LATENT, SIDE)
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            mean, deviation = (1.0, 0.1) if "norm" in key and key.endswith("weight") else (0.0, 0.2)
            parameter.copy_(mean + deviation * torch.randn(parameter.shape, generator=generator))
    return model.double()


def losses(kind: str, target: float, real, fake, generated):
    """Of logits, sample by sample: the discriminator's on real and on fake images, and the generator's."""
    if kind == "hinge":
        return (lambda s: F.relu(1 - s))(real), (lambda s: F.relu(1 + s))(fake), -generated
    loss = F.binary_cross_entropy_with_logits if kind == "non-saturating" else (
        lambda s, t, reduction: F.mse_loss(s, t, reduction=reduction) / 2)
    return tuple(loss(s, torch.full_like(s, t), reduction="none")
                 for s, t in ((real, target), (fake, 0.0), (generated, 1.0)))


def train(model: nn.Module, case: str, optimizer, images: torch.Tensor, noise: torch.Tensor):
    """Ten steps, each with images and noise of its own. Returns (steps, 3) losses and the first step's gradients."""
    generator, discriminator = model.generator, model.discriminator
    generator_optimizer, discriminator_optimizer = (optimizer(m.parameters()) for m in (generator, discriminator))
    trajectory, gradients = [], {}
    for step in range(STEPS):
        fake = generator(noise[step])
        discriminator_optimizer.zero_grad()
        real_logits, fake_logits = discriminator(2 * images[step] - 1), discriminator(fake.detach())
        on_real, on_fake, _ = losses(*CASES[case], real_logits, fake_logits, fake_logits)
        (on_real.mean() + on_fake.mean()).backward()
        if step == 0:
            gradients |= {f"discriminator.{key}": p.grad.clone() for key, p in discriminator.named_parameters()}
        discriminator_optimizer.step()

        generator_optimizer.zero_grad()
        discriminator.requires_grad_(False)
        logits = discriminator(fake)
        of_generator = losses(*CASES[case], logits, logits, logits)[2].mean()
        of_generator.backward()
        discriminator.requires_grad_(True)
        if step == 0:
            gradients |= {f"generator.{key}": p.grad.clone() for key, p in generator.named_parameters()}
        generator_optimizer.step()
        trajectory.append([on_real.mean().item(), on_fake.mean().item(), of_generator.item()])
    return np.float32(trajectory), gradients


def singles(tensors) -> dict[str, np.ndarray]:
    return {key: value.detach().float().numpy() for key, value in tensors
            if not key.endswith("num_batches_tracked")}


def write(name: str) -> None:
    # From the middle of each image, where there is something to see.
    cut = fashion_mnist("train", STEPS * BATCH).reshape(STEPS, BATCH, 28, 28)[:, :, 10:10 + SIDE, 10:10 + SIDE]
    pixels = np.ascontiguousarray(cut).reshape(STEPS, BATCH, SIDE**2)
    images = torch.tensor(pixels.astype(np.float32) / np.float32(255)).double()
    noise = torch.randn(STEPS, BATCH, LATENT, generator=torch.Generator().manual_seed(12))
    start = small(name)
    tensors = {"images": pixels, "noise": noise.numpy()}
    put(tensors, "initial.", singles(start.named_parameters()))
    for case in CASES:
        model = copy.deepcopy(start)
        trajectory, gradients = train(
            model, case, lambda p: torch.optim.SGD(p, SGD_RATE), images, noise.double())
        tensors[f"{case}.sgd.losses"] = trajectory
        put(tensors, f"{case}.gradient.", singles(gradients.items()))
        put(tensors, f"{case}.sgd.final.", singles(model.state_dict().items()))
        model = copy.deepcopy(start)
        tensors[f"{case}.adam.losses"], _ = train(
            model, case, lambda p: torch.optim.Adam(p, GAN_RATE, GAN_BETAS), images, noise.double())
        if case == "non-saturating":
            put(tensors, f"{case}.adam.final.", singles(model.named_buffers()))
    published = dense([256, 512], 100, 784) if name == "gan" else convolutional([64, 128], 100, 28)
    tensors["published.parameters"] = np.float32([sum(p.numel() for p in published.parameters())])
    save(f"{name}_torch", tensors, f"torch {torch.__version__}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in ("gan", "dcgan"):
        write(name)
