"""Writes what PyTorch computes of `gan` and `dcgan` with spectral normalization. Run it through make_fixtures.sh."""

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrizations, parametrize

from fixture_common import SGD_RATE, STEPS, fashion_mnist, put, save
from make_torch_gan import (BATCH, CHANNELS, GAN_BETAS, GAN_RATE, HIDDEN, LATENT, SIDE, convolutional, dense, losses,
                            sequence, singles)

CASES = {"non-saturating": ("non-saturating", 1.0), "hinge": ("hinge", 1.0)}


def convolutions(channels: list[int], latent: int, side: int) -> nn.Module:
    """`dcgan` whose discriminator has biases in place of batch normalization."""
    (outer, inner), model = channels, convolutional(channels, latent, side)
    model.discriminator = sequence(
        image=nn.Unflatten(1, (1, side, side)), conv1=nn.Conv2d(1, outer, 4, 2, 1), leaky1=nn.LeakyReLU(0.2),
        conv2=nn.Conv2d(outer, inner, 4, 2, 1), leaky2=nn.LeakyReLU(0.2), flat=nn.Flatten(),
        dense1=nn.Linear(inner * (side // 4)**2, 1))
    return model


def normalized(model: nn.Module) -> nn.Module:
    torch.manual_seed(20)
    for module in model.discriminator:
        if hasattr(module, "weight"):
            parametrizations.spectral_norm(module)
    return model


def small(name: str) -> nn.Module:
    """A model in double precision; its random weights, u and v are numbers that single precision holds."""
    model = dense(HIDDEN, LATENT, SIDE**2) if name == "gan" else convolutions(CHANNELS, LATENT, SIDE)
    generator = torch.Generator().manual_seed(21)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            mean, deviation = (1.0, 0.1) if "norm" in key and key.endswith("weight") else (0.0, 0.2)
            parameter.copy_(mean + deviation * torch.randn(parameter.shape, generator=generator))
    return normalized(model).double()


def train(model: nn.Module, case: str, optimizer, images: torch.Tensor, noise: torch.Tensor):
    """Ten steps, each with images and noise of its own. Returns (steps, 3) losses and the first step's gradients."""
    generator, discriminator = model.generator, model.discriminator
    generator_optimizer, discriminator_optimizer = (optimizer(m.parameters()) for m in (generator, discriminator))
    trajectory, gradients = [], {}
    for step in range(STEPS):
        fake = generator(noise[step])
        discriminator_optimizer.zero_grad()
        discriminator.train()
        # Both passes divide by the same sigma: one step of the power method an update.
        with parametrize.cached():
            real_logits, fake_logits = discriminator(2 * images[step] - 1), discriminator(fake.detach())
        on_real, on_fake, _ = losses(*CASES[case], real_logits, fake_logits, fake_logits)
        (on_real.mean() + on_fake.mean()).backward()
        if step == 0:
            gradients |= {f"discriminator.{key}": p.grad.clone() for key, p in discriminator.named_parameters()}
        discriminator_optimizer.step()

        generator_optimizer.zero_grad()
        discriminator.requires_grad_(False)
        # No step of the power method, but the sigma of the updated weights.
        discriminator.eval()
        logits = discriminator(fake)
        of_generator = losses(*CASES[case], logits, logits, logits)[2].mean()
        of_generator.backward()
        discriminator.requires_grad_(True)
        if step == 0:
            gradients |= {f"generator.{key}": p.grad.clone() for key, p in generator.named_parameters()}
        generator_optimizer.step()
        trajectory.append([on_real.mean().item(), on_fake.mean().item(), of_generator.item()])
    return np.float32(trajectory), gradients


def write(name: str) -> None:
    cut = fashion_mnist("train", STEPS * BATCH).reshape(STEPS, BATCH, 28, 28)[:, :, 10:10 + SIDE, 10:10 + SIDE]
    pixels = np.ascontiguousarray(cut).reshape(STEPS, BATCH, SIDE**2)
    images = torch.tensor(pixels.astype(np.float32) / np.float32(255)).double()
    noise = torch.randn(STEPS, BATCH, LATENT, generator=torch.Generator().manual_seed(22))
    start = small(name)
    with torch.no_grad():
        for buffer in start.discriminator.buffers():
            buffer.copy_(buffer.float())
    tensors = {"images": pixels, "noise": noise.numpy()}
    put(tensors, "initial.", singles(start.named_parameters()))
    put(tensors, "initial.", {key: value for key, value in singles(start.state_dict().items()).items()
                              if key.endswith(("_u", "_v"))})
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
    # Names and shapes of all that load_state_dict asks for, of the models that users train.
    published = normalized(
        dense([256, 512], 100, 784) if name == "gan" else convolutions([64, 128], 100, 28))
    for key, value in published.state_dict().items():
        tensors[f"published.{key}"] = np.uint32(value.shape)
    save(f"{name}_spectral_torch", tensors, f"torch {torch.__version__}")


def write_layers() -> None:
    """A new parametrization from a given v, a step in training, and the gradient of a layer."""
    tensors = {}
    generator = torch.Generator().manual_seed(23)
    for name, shape in {"square": (6, 6), "wide": (5, 3, 4, 4), "row": (1, 24), "tall": (30, 2)}.items():
        weight = torch.randn(shape, generator=generator)
        module = nn.Module()
        module.weight = nn.Parameter(weight.double())
        parametrizations.spectral_norm(module)
        spectral = module.parametrizations.weight[0]
        drawn = torch.randn(weight[0].numel(), generator=generator)
        tensors |= {f"{name}.weight": weight.numpy(), f"{name}.drawn": drawn.numpy()}
        with torch.no_grad():
            spectral._v.copy_(F.normalize(drawn.double(), dim=0, eps=spectral.eps))
            spectral._power_method(weight.double().flatten(1), 15)
            spectral.eval()
            effective = module.weight
        tensors |= {f"{name}.u": spectral._u.float().numpy(), f"{name}.v": spectral._v.float().numpy(),
                    f"{name}.sigma": (weight.double() / effective).mean().float().reshape(1).numpy()}
        # Of a weight that has moved since, as after an update.
        moved = weight + 0.1 * torch.randn(shape, generator=generator)
        outer = torch.randn(shape, generator=generator)
        tensors |= {f"{name}.moved": moved.numpy(), f"{name}.effectiveGradient": outer.numpy()}
        with torch.no_grad():
            module.parametrizations.weight.original.copy_(moved)
        for mode in ("eval", "train"):
            getattr(spectral, mode)()
            module.zero_grad()
            effective = module.weight
            effective.backward(outer.double())
            tensors |= {f"{name}.{mode}.effective": effective.detach().float().numpy(),
                        f"{name}.{mode}.gradient": module.parametrizations.weight.original.grad.float().numpy()}
    save("spectral", tensors, f"torch {torch.__version__}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in ("gan", "dcgan"):
        write(name)
    write_layers()
