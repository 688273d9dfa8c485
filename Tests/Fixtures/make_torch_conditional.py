"""Writes what PyTorch computes of `gan` and `dcgan` with classes. Run it through make_fixtures.sh."""

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from fixture_common import SGD_RATE, STEPS, fashion_mnist, put, save
from make_torch_gan import (BATCH, CHANNELS, GAN_BETAS, GAN_RATE, HIDDEN, LATENT, SIDE, convolutional, dense, losses,
                            singles)

CLASSES = 10
CASES = ["non-saturating", "hinge"]


class Generator(nn.Sequential):
    """Takes the class behind the noise, as one-hot numbers (Mirza and Osindero)."""

    def forward(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        return super().forward(torch.cat([noise, F.one_hot(classes, CLASSES).to(noise.dtype)], 1))


class Discriminator(nn.Sequential):
    """The last layer's logit of the features, and their product with the embedding of the class (Miyato and Koyama)."""

    def forward(self, images: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        *body, last = [module for module in self if not isinstance(module, nn.Embedding)]
        features = images
        for module in body:
            features = module(features)
        return last(features) + (self.embedding(classes) * features).sum(1, keepdim=True)


def conditional(name: str, sizes: list[int], latent: int, side: int) -> nn.Module:
    """The plain model with a generator of more inputs and an embedding; images are rows of pixels."""
    make, size = (dense, side**2) if name == "gan" else (convolutional, side)
    plain = make(sizes, latent + CLASSES, size)
    model = nn.Module()
    model.generator, model.discriminator = Generator(), Discriminator()
    for network, modules in ((model.generator, plain.generator), (model.discriminator, plain.discriminator)):
        for key, module in modules.named_children():
            network.add_module(key, module)
    features = list(plain.discriminator.children())[-1].in_features
    model.discriminator.add_module("embedding", nn.Embedding(CLASSES, features))
    return model


def small(name: str) -> nn.Module:
    """A model in double precision with random weights that single precision holds exactly."""
    model = conditional(name, HIDDEN if name == "gan" else CHANNELS, LATENT, SIDE)
    generator = torch.Generator().manual_seed(23)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            mean, deviation = (1.0, 0.1) if "norm" in key and key.endswith("weight") else (0.0, 0.2)
            parameter.copy_(mean + deviation * torch.randn(parameter.shape, generator=generator))
    return model.double()


def train(model: nn.Module, case: str, optimizer, batches):
    """Ten steps, each with images, noise and classes of its own. Returns (steps, 3) losses and the first gradients."""
    generator, discriminator = model.generator, model.discriminator
    generator_optimizer, discriminator_optimizer = (optimizer(m.parameters()) for m in (generator, discriminator))
    trajectory, gradients = [], {}
    for step, (images, labels, noise, classes) in enumerate(zip(*batches)):
        fake = generator(noise, classes)
        discriminator_optimizer.zero_grad()
        real_logits, fake_logits = discriminator(2 * images - 1, labels), discriminator(fake.detach(), classes)
        on_real, on_fake, _ = losses(case, 1.0, real_logits, fake_logits, fake_logits)
        (on_real.mean() + on_fake.mean()).backward()
        if step == 0:
            gradients |= {f"discriminator.{key}": p.grad.clone() for key, p in discriminator.named_parameters()}
        discriminator_optimizer.step()

        generator_optimizer.zero_grad()
        discriminator.requires_grad_(False)
        logits = discriminator(fake, classes)
        of_generator = losses(case, 1.0, logits, logits, logits)[2].mean()
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
    chance = torch.Generator().manual_seed(22)
    noise = torch.randn(STEPS, BATCH, LATENT, generator=chance)
    labels, classes = (torch.randint(CLASSES, (STEPS, BATCH), generator=chance) for _ in range(2))
    batches = (torch.tensor(pixels.astype(np.float32) / np.float32(255)).double(), labels, noise.double(), classes)
    start = small(name)
    tensors = {"images": pixels, "noise": noise.numpy(), "labels": labels.byte().numpy(),
               "classes": classes.byte().numpy()}
    put(tensors, "initial.", singles(start.named_parameters()))
    with torch.no_grad():
        model = copy.deepcopy(start)
        fake = model.generator(batches[2][0], classes[0])
        tensors["generated"] = fake.float().numpy()
        tensors["logits"] = model.discriminator(fake, classes[0]).float().numpy()
    for case in CASES:
        model = copy.deepcopy(start)
        trajectory, gradients = train(model, case, lambda p: torch.optim.SGD(p, SGD_RATE), batches)
        tensors[f"{case}.sgd.losses"] = trajectory
        put(tensors, f"{case}.gradient.", singles(gradients.items()))
        put(tensors, f"{case}.sgd.final.", singles(model.state_dict().items()))
        model = copy.deepcopy(start)
        tensors[f"{case}.adam.losses"], _ = train(
            model, case, lambda p: torch.optim.Adam(p, GAN_RATE, GAN_BETAS), batches)
    published = conditional(name, [256, 512] if name == "gan" else [64, 128], 100, 28)
    tensors["published.parameters"] = np.float32([sum(p.numel() for p in published.parameters())])
    save(f"conditional_{name}_torch", tensors, f"torch {torch.__version__}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in ("gan", "dcgan"):
        write(name)
