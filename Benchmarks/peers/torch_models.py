"""Atelier's models as PyTorch modules under Atelier's names, each with the loss of its training step.

A model is a module with `first_loss(x)`, the loss of a batch without random numbers, which every peer must give from the
same weights, and `make_step(x, optimizers)`. Convolutions of stride 2 follow Keras's `same` padding (one row and column at
the end) only while `exact` is set, for the first loss; the timed steps use PyTorch's own symmetric padding, which costs less.
"""

import torch
import torch.nn.functional as F
from torch import nn


class SameConv2d(nn.Conv2d):
    """A 3x3 convolution with `same` padding."""

    exact = False

    def __init__(self, inputs: int, outputs: int, stride: int = 1):
        super().__init__(inputs, outputs, 3, stride, padding=1)

    def forward(self, x):
        if self.exact and self.stride == (2, 2):
            return F.conv2d(F.pad(x, (0, 1, 0, 1)), self.weight, self.bias, stride=2)
        return super().forward(x)


class SameConvTranspose2d(nn.ConvTranspose2d):
    """A 3x3 transposed convolution with `same` padding: the side times `stride`."""

    exact = False

    def __init__(self, inputs: int, outputs: int, stride: int = 1):
        super().__init__(inputs, outputs, 3, stride, padding=1, output_padding=stride - 1)

    def forward(self, x):
        if self.exact and self.stride == (2, 2):
            full = F.conv_transpose2d(x, self.weight, self.bias, stride=2)
            return full[..., : 2 * x.shape[2], : 2 * x.shape[3]]
        return super().forward(x)


def sequence(**modules) -> nn.Sequential:
    """A Sequential whose members have names; those without weights may be called anything."""
    result = nn.Sequential()
    for name, module in modules.items():
        result.add_module(name, module)
    return result


class Autoencoder(nn.Module):
    """Encoder and decoder up to the logits, with BCE or the MSE of their sigmoid, mean over pixels and batch."""

    image_shape = (784,)
    learning_rate = 1e-3

    def __init__(self, encoder: nn.Module, decoder: nn.Module, loss: str, image_shape=(784,)):
        super().__init__()
        self.encoder, self.decoder, self.loss_name, self.image_shape = encoder, decoder, loss, image_shape

    def forward(self, x):
        logits = self.decoder(self.encoder(x))
        if self.loss_name == "bce":
            return F.binary_cross_entropy_with_logits(logits, x)
        return F.mse_loss(torch.sigmoid(logits), x)

    def first_loss(self, x):
        return self(x)


class VAE(nn.Module):
    """784-400-(20, 20)-400-784; BCE and KL summed over pixels and latents, mean over the batch."""

    image_shape = (784,)
    learning_rate = 1e-3

    def __init__(self):
        super().__init__()
        self.encoder = sequence(dense1=nn.Linear(784, 400), mean=nn.Linear(400, 20), log_variance=nn.Linear(400, 20))
        self.decoder = sequence(dense1=nn.Linear(20, 400), relu=nn.ReLU(), dense2=nn.Linear(400, 784))

    def loss(self, x, noise):
        h = F.relu(self.encoder.dense1(x))
        mean, log_variance = self.encoder.mean(h), self.encoder.log_variance(h)
        logits = self.decoder(mean if noise is None else mean + torch.exp(0.5 * log_variance) * noise)
        bce = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = -0.5 * torch.sum(1 + log_variance - mean.square() - log_variance.exp())
        return (bce + kl) / x.shape[0]

    def forward(self, x):
        return self.loss(x, torch.randn(x.shape[0], 20))

    def first_loss(self, x):
        return self.loss(x, None)


class AdversarialNetwork(nn.Module):
    """Generator and discriminator; the first loss is the discriminator's on real images."""

    learning_rate = 2e-4
    betas = (0.5, 0.999)

    def first_loss(self, x):
        return F.softplus(-self.discriminator(2 * x - 1)).mean()


class GAN(AdversarialNetwork):
    """100-256-512-784 and 784-512-256-1, leaky ReLU 0.2."""

    image_shape = (784,)

    def __init__(self):
        super().__init__()
        self.generator = sequence(
            dense1=nn.Linear(100, 256), leaky1=nn.LeakyReLU(0.2), dense2=nn.Linear(256, 512), leaky2=nn.LeakyReLU(0.2),
            dense3=nn.Linear(512, 784), tanh=nn.Tanh())
        self.discriminator = sequence(
            dense1=nn.Linear(784, 512), leaky1=nn.LeakyReLU(0.2), dense2=nn.Linear(512, 256), leaky2=nn.LeakyReLU(0.2),
            dense3=nn.Linear(256, 1))


class DCGAN(AdversarialNetwork):
    """Convolutions with batch normalization, weights from N(0, 0.02)."""

    image_shape = (1, 28, 28)

    def __init__(self):
        super().__init__()
        self.generator = sequence(
            dense1=nn.Linear(100, 6272, bias=False), shape=nn.Unflatten(1, (128, 7, 7)), norm1=nn.BatchNorm2d(128),
            relu1=nn.ReLU(), deconv1=nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False), norm2=nn.BatchNorm2d(64),
            relu2=nn.ReLU(), deconv2=nn.ConvTranspose2d(64, 1, 4, 2, 1), tanh=nn.Tanh())
        self.discriminator = sequence(
            conv1=nn.Conv2d(1, 64, 4, 2, 1), leaky1=nn.LeakyReLU(0.2),
            conv2=nn.Conv2d(64, 128, 4, 2, 1, bias=False), norm1=nn.BatchNorm2d(128), leaky2=nn.LeakyReLU(0.2),
            flat=nn.Flatten(), dense1=nn.Linear(6272, 1))
        for name, parameter in self.named_parameters():
            if name.endswith("weight"):
                nn.init.normal_(parameter, 1.0 if "norm" in name else 0.0, 0.02)


def dense_ae() -> Autoencoder:
    return Autoencoder(
        sequence(dense1=nn.Linear(784, 128), relu1=nn.ReLU(), dense2=nn.Linear(128, 64), relu2=nn.ReLU(),
                 dense3=nn.Linear(64, 32), relu3=nn.ReLU()),
        sequence(dense1=nn.Linear(32, 64), relu1=nn.ReLU(), dense2=nn.Linear(64, 128), relu2=nn.ReLU(),
                 dense3=nn.Linear(128, 784)),
        "bce")


def conv_ae() -> Autoencoder:
    return Autoencoder(
        sequence(conv1=SameConv2d(1, 32), relu1=nn.ReLU(), pool1=nn.MaxPool2d(2), conv2=SameConv2d(32, 64),
                 relu2=nn.ReLU(), pool2=nn.MaxPool2d(2), conv3=SameConv2d(64, 128), relu3=nn.ReLU(),
                 flat=nn.Flatten(), dense1=nn.Linear(6272, 64)),
        sequence(dense1=nn.Linear(64, 6272), relu1=nn.ReLU(), shape=nn.Unflatten(1, (128, 7, 7)),
                 deconv1=SameConvTranspose2d(128, 64, 2), relu2=nn.ReLU(), deconv2=SameConvTranspose2d(64, 32, 2),
                 relu3=nn.ReLU(), deconv3=SameConvTranspose2d(32, 1)),
        "bce", (1, 28, 28))


def baseline_ae() -> Autoencoder:
    return Autoencoder(
        sequence(conv1=SameConv2d(1, 32), relu1=nn.ReLU(), conv2=SameConv2d(32, 32), relu2=nn.ReLU(),
                 pool=nn.MaxPool2d(2), flat=nn.Flatten(), dense1=nn.Linear(6272, 128), relu3=nn.ReLU()),
        sequence(dense1=nn.Linear(128, 6272), relu1=nn.ReLU(), shape=nn.Unflatten(1, (32, 14, 14)),
                 upsample=nn.Upsample(scale_factor=2), conv1=SameConv2d(32, 32), relu2=nn.ReLU(),
                 conv2=SameConv2d(32, 32), relu3=nn.ReLU(), conv3=SameConv2d(32, 1)),
        "mse", (1, 28, 28))


def modified_ae() -> Autoencoder:
    return Autoencoder(
        sequence(conv1=SameConv2d(1, 32), relu1=nn.ReLU(), conv2=SameConv2d(32, 64, 2), relu2=nn.ReLU(),
                 conv3=SameConv2d(64, 128, 2), relu3=nn.ReLU(), flat=nn.Flatten(), dense1=nn.Linear(6272, 128),
                 relu4=nn.ReLU()),
        sequence(dense1=nn.Linear(128, 6272), relu1=nn.ReLU(), shape=nn.Unflatten(1, (128, 7, 7)),
                 deconv1=SameConvTranspose2d(128, 128, 2), relu2=nn.ReLU(), deconv2=SameConvTranspose2d(128, 64, 2),
                 relu3=nn.ReLU(), deconv3=SameConvTranspose2d(64, 1)),
        "mse", (1, 28, 28))


BUILDERS = {"dense-ae": dense_ae, "vae": VAE, "conv-ae": conv_ae, "baseline-ae": baseline_ae,
            "modified-ae": modified_ae, "gan": GAN, "dcgan": DCGAN}


def build(name: str, weights: str | None) -> nn.Module:
    """The model, from Atelier's own file if one is given: names and shapes must match exactly."""
    torch.manual_seed(0)
    model = BUILDERS[name]()
    if weights:
        from safetensors.torch import load_file

        missing, unexpected = model.load_state_dict(load_file(weights), strict=False)
        missing = [key for key in missing if not key.endswith("num_batches_tracked")]
        if missing or unexpected:
            raise SystemExit(f"{weights}: missing {missing}, unexpected {unexpected}")
    return model


def parameter_count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def set_exact(model: nn.Module, exact: bool) -> None:
    for module in model.modules():
        if isinstance(module, (SameConv2d, SameConvTranspose2d)):
            module.exact = exact


def first_loss(model: nn.Module, x: torch.Tensor) -> float:
    """The loss of the first batch in the order of the file, before any update."""
    set_exact(model, True)
    with torch.no_grad():
        loss = model.first_loss(x).item()
    set_exact(model, False)
    return loss


def make_step(model: nn.Module, kind: str, loss_of, next_batch, **optimizer_options):
    """One training step as a function without arguments. `loss_of` is the model, compiled or not, or a wrapper of it."""
    if isinstance(model, AdversarialNetwork):
        return make_gan_step(model, next_batch, **optimizer_options)
    optimizer = torch.optim.Adam(model.parameters(), lr=model.learning_rate, **optimizer_options)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss_of(next_batch()).backward()
        optimizer.step()

    return step


def make_gan_step(model: AdversarialNetwork, next_batch, compiled: bool = False, wrap=lambda module: module, **optimizer_options):
    """A GAN step: generator forward once, discriminator on real and fake apart, then the generator's update."""
    options = {"lr": model.learning_rate, "betas": model.betas, **optimizer_options}
    generator_optimizer = torch.optim.Adam(model.generator.parameters(), **options)
    discriminator_optimizer = torch.optim.Adam(model.discriminator.parameters(), **options)
    generator, discriminator = wrap(model.generator), wrap(model.discriminator)
    if compiled:
        generator, discriminator = torch.compile(generator), torch.compile(discriminator)

    def step():
        real = 2 * next_batch() - 1
        fake = generator(torch.randn(real.shape[0], 100))
        discriminator_optimizer.zero_grad(set_to_none=True)
        loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake.detach())).mean()
        loss.backward()
        discriminator_optimizer.step()
        generator_optimizer.zero_grad(set_to_none=True)
        model.discriminator.requires_grad_(False)
        F.softplus(-discriminator(fake)).mean().backward()
        model.discriminator.requires_grad_(True)
        generator_optimizer.step()

    return step
