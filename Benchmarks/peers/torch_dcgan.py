"""PyTorch's `dcgan`, trained for some epochs; writes 10,000 generated images, (10000, 28, 28) uint8, and its training time.

A state beside the images is saved after each epoch, from which the same command goes on after a kill.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from peer_common import training_images
from torch_models import DCGAN

NOISE = 100


class Training:
    """The networks, their optimisers, and how far they are."""

    def __init__(self, seed: int, threads: int):
        torch.set_num_threads(threads)
        torch.manual_seed(seed)
        self.model = DCGAN()
        settings = dict(lr=DCGAN.learning_rate, betas=DCGAN.betas, fused=True)
        self.generator_optimizer = torch.optim.Adam(self.model.generator.parameters(), **settings)
        self.discriminator_optimizer = torch.optim.Adam(self.model.discriminator.parameters(), **settings)
        self.epoch = 0
        self.seconds = 0.0

    @property
    def stateful(self) -> dict:
        return {"model": self.model, "generator": self.generator_optimizer, "discriminator": self.discriminator_optimizer}

    def save(self, path: Path) -> None:
        state = {name: part.state_dict() for name, part in self.stateful.items()}
        state |= {"epoch": self.epoch, "seconds": self.seconds, "random": torch.get_rng_state()}
        torch.save(state, path.with_suffix(".new"))
        os.replace(path.with_suffix(".new"), path)

    def restore(self, path: Path) -> None:
        state = torch.load(path)
        for name, part in self.stateful.items():
            part.load_state_dict(state[name])
        self.epoch, self.seconds = state["epoch"], state["seconds"]
        torch.set_rng_state(state["random"])

    def step(self, real: torch.Tensor) -> None:
        """As much noise as real images; the discriminator first, then the generator on the same noise."""
        generator, discriminator = self.model.generator, self.model.discriminator
        generated = generator(torch.randn(len(real), NOISE))
        self.discriminator_optimizer.zero_grad()
        (F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(generated.detach())).mean()).backward()
        self.discriminator_optimizer.step()
        self.generator_optimizer.zero_grad()
        F.softplus(-discriminator(generated)).mean().backward()
        self.generator_optimizer.step()

    def train_epoch(self, images: torch.Tensor, batch: int) -> None:
        start = time.perf_counter()
        for samples in torch.randperm(len(images)).split(batch):
            self.step(images[samples])
        self.seconds += time.perf_counter() - start
        self.epoch += 1

    @torch.no_grad()
    def generate(self, count: int) -> np.ndarray:
        self.model.eval()
        images = torch.cat([self.model.generator(torch.randn(100, NOISE)) for _ in range(count // 100)])
        return ((images[:, 0] + 1) * 127.5).round().clamp(0, 255).byte().numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for images.npy, training.json and the state")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    state = arguments.out / "state.pt"

    training = Training(arguments.seed, arguments.threads)
    if state.exists():
        training.restore(state)
    images = torch.from_numpy(training_images(arguments.data)).float().div_(127.5).sub_(1).reshape(-1, 1, 28, 28)
    while training.epoch < arguments.epochs:
        training.train_epoch(images, arguments.batch)
        training.save(state)
        print(f"epoch {training.epoch}/{arguments.epochs}  {training.seconds / 60:.1f} minutes", flush=True)
    np.save(arguments.out / "images.npy", training.generate(10_000))
    record = {"seed": arguments.seed, "epochs": training.epoch, "threads": arguments.threads, "seconds": training.seconds,
              "torch": torch.__version__}
    (arguments.out / "training.json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
