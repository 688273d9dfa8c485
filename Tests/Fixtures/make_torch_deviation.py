"""Writes what PyTorch computes of minibatch standard deviation (Karras et al. 2018), alone and in `gan` and `dcgan`. Run it
through make_fixtures.sh."""

import copy

import numpy as np
import torch
from torch import nn

from fixture_common import SGD_RATE, STEPS, fashion_mnist, put, save
from make_torch_gan import (BATCH, CHANNELS, GAN_BETAS, GAN_RATE, HIDDEN, LATENT, SIDE, convolutional, dense, sequence,
                            singles, train)


class MinibatchStandardDeviation(nn.Module):
    """Behind the channels of every sample one more: the mean of all features' standard deviations over samples."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        average = (x.var(0, unbiased=False) + 1e-8).sqrt().mean()
        return torch.cat([x, average.expand(len(x), 1, *x.shape[2:])], 1)


def insert(model: nn.Module, before: str, last: nn.Linear) -> None:
    """Puts the deviation before the child `before` of the discriminator, whose last child is `last` from now on."""
    modules = {}
    for name, module in model.discriminator.named_children():
        if name == before:
            modules["deviation"] = MinibatchStandardDeviation()
        modules[name] = module
    modules[list(modules)[-1]] = last
    model.discriminator = sequence(**modules)


def small(name: str) -> nn.Module:
    """A model in double precision with random weights that single precision holds exactly."""
    if name == "gan":
        model = dense(HIDDEN, LATENT, SIDE**2)
        insert(model, "dense3", nn.Linear(HIDDEN[0] + 1, 1))
    else:
        model = convolutional(CHANNELS, LATENT, SIDE)
        insert(model, "flat", nn.Linear((CHANNELS[1] + 1) * (SIDE // 4)**2, 1))
    generator = torch.Generator().manual_seed(21)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            mean, deviation = (1.0, 0.1) if "norm" in key and key.endswith("weight") else (0.0, 0.2)
            parameter.copy_(mean + deviation * torch.randn(parameter.shape, generator=generator))
        # What the discriminator makes of the deviation shall weigh as much as the rest.
        last = model.discriminator[-1].weight
        last[:, HIDDEN[0] if name == "gan" else CHANNELS[1] * (SIDE // 4)**2:] += 0.5
    return model.double()


def layers(tensors: dict) -> None:
    for rows, channels, height, width in [(6, 3, 2, 5), (11, 13, 3, 4), (1, 9, 2, 2), (9, 20, 1, 1)]:
        generator = torch.Generator().manual_seed(rows)
        scale = 2.0 ** torch.randint(-4, 3, (channels, height, width), generator=generator)
        x = (torch.randn(rows, channels, height, width, generator=generator) + 1) * scale
        gradient = torch.randn(rows, channels + 1, height, width, generator=generator)
        input = x.double().requires_grad_()
        output = MinibatchStandardDeviation()(input)
        output.backward(gradient.double())
        put(tensors, f"layer.{rows}x{height}x{width}x{channels}.", {
            "input": x.numpy(), "outputGradient": gradient.numpy(), "output": output.detach().float().numpy(),
            "inputGradient": input.grad.float().numpy()})


def models(tensors: dict, name: str) -> None:
    cut = fashion_mnist("train", STEPS * BATCH).reshape(STEPS, BATCH, 28, 28)[:, :, 10:10 + SIDE, 10:10 + SIDE]
    pixels = np.ascontiguousarray(cut).reshape(STEPS, BATCH, SIDE**2)
    images = torch.tensor(pixels.astype(np.float32) / np.float32(255)).double()
    noise = torch.randn(STEPS, BATCH, LATENT, generator=torch.Generator().manual_seed(22))
    start = small(name)
    tensors |= {"images": pixels, "noise": noise.numpy()}
    put(tensors, f"{name}.initial.", singles(start.named_parameters()))
    for optimizer, make in (("sgd", lambda p: torch.optim.SGD(p, SGD_RATE)),
                            ("adam", lambda p: torch.optim.Adam(p, GAN_RATE, GAN_BETAS))):
        model = copy.deepcopy(start)
        tensors[f"{name}.{optimizer}.losses"], gradients = train(model, "non-saturating", make, images, noise.double())
        if optimizer == "sgd":
            put(tensors, f"{name}.gradient.", singles(gradients.items()))
            put(tensors, f"{name}.sgd.final.", singles(model.state_dict().items()))


if __name__ == "__main__":
    torch.set_num_threads(1)
    tensors = {}
    layers(tensors)
    for name in ("gan", "dcgan"):
        models(tensors, name)
    save("deviation", tensors, f"torch {torch.__version__}")
