"""Writes what PyTorch computes of differentiable augmentation (Zhao et al. 2020) with given random numbers. Run it through
make_fixtures.sh."""

import numpy as np
import torch
import torch.nn.functional as F

from fixture_common import save

SHAPES = [(8, 8), (12, 20), (28, 28), (7, 10)]


def translate(images: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Pixel (y, x) of image i becomes that at (y + rows[i], x + columns[i]): places are held within a border of zeros."""
    count, height, width = images.shape
    y = (torch.arange(height)[None] + rows[:, None] + 1).clamp(0, height + 1)
    x = (torch.arange(width)[None] + columns[:, None] + 1).clamp(0, width + 1)
    padded = F.pad(images, (1, 1, 1, 1))
    return padded[torch.arange(count)[:, None, None], y[:, :, None], x[:, None, :]]


def cut_out(images: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Zeros where a mask of half the image's sides around (rows[i], columns[i]) is; its places are held within the image."""
    count, height, width = images.shape
    size = int(height * 0.5 + 0.5), int(width * 0.5 + 0.5)
    y = (torch.arange(size[0])[None] + rows[:, None] - size[0] // 2).clamp(0, height - 1)
    x = (torch.arange(size[1])[None] + columns[:, None] - size[1] // 2).clamp(0, width - 1)
    mask = torch.ones_like(images)
    mask[torch.arange(count)[:, None, None], y[:, :, None], x[:, None, :]] = 0
    return images * mask


def spread(generator: torch.Generator, count: int, low: int, high: int) -> torch.Tensor:
    """Whole numbers from `low` to `high`, both among them."""
    numbers = torch.randint(low, high + 1, (count,), generator=generator)
    numbers[0], numbers[1] = low, high
    return numbers[torch.randperm(count, generator=generator)]


if __name__ == "__main__":
    tensors, count = {}, 6
    for height, width in SHAPES:
        generator = torch.Generator().manual_seed(height * 100 + width)
        images = (2 * torch.rand(count, height, width, generator=generator) - 1).requires_grad_()
        output_gradient = torch.randn(count, height, width, generator=generator)
        shifts = [spread(generator, count, -int(side / 8 + 0.5), int(side / 8 + 0.5)) for side in (height, width)]
        # The published code draws from randint(0, side + (1 - size % 2)), which leaves the upper bound out.
        centres = [spread(generator, count, 0, side - int(side * 0.5 + 0.5) % 2) for side in (height, width)]
        prefix = f"{height}x{width}."
        tensors[prefix + "images"] = images.detach().numpy()
        tensors[prefix + "outputGradient"] = output_gradient.numpy()
        tensors[prefix + "shifts"] = torch.stack(shifts, 1).numpy().astype(np.float32)
        tensors[prefix + "centres"] = torch.stack(centres, 1).numpy().astype(np.float32)
        moved = translate(images, *shifts)
        for name, changed in (("translation", moved), ("cutout", cut_out(images, *centres)),
                              ("both", cut_out(moved, *centres))):
            tensors[prefix + name] = changed.detach().numpy()
            tensors[f"{prefix}{name}.gradient"], = (
                g.numpy() for g in torch.autograd.grad(changed, images, output_gradient, retain_graph=True))
    save("augment", tensors, f"torch {torch.__version__}")
