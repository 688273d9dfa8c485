"""PyTorch's `vae`, trained for some epochs; prints the evidence lower bound on the test images as a JSON line."""

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
import torch
from torch_models import VAE


def read(folder: str, part: str) -> torch.Tensor:
    with gzip.open(Path(folder) / f"{part}-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(bytearray(file.read()), np.uint8, offset=16).reshape(-1, 784)
    return torch.from_numpy(pixels).float() / 255


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    train, test = read(arguments.data, "train"), read(arguments.data, "t10k")
    model = VAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=VAE.learning_rate, fused=True)
    for _ in range(arguments.epochs):
        for samples in torch.randperm(len(train)).split(arguments.batch):
            optimizer.zero_grad()
            model(train[samples]).backward()
            optimizer.step()
    with torch.no_grad():
        # The last batch is shorter: sums over images, not means of batches.
        total = sum(model(batch).item() * len(batch) for batch in test.split(1000))
    print(json.dumps({"elbo": -total / len(test)}))


if __name__ == "__main__":
    main()
