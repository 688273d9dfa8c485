"""Writes what the FID variant of torchvision's InceptionV3 computes, with weights from the formula. Run it through
make_fixtures.sh.

With arguments, `make_inception.py WEIGHTS.safetensors`, it writes the weights themselves instead: 95 MB in the names of the
public file."""

import math
import sys

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file
from torch import library as operators

from fixture_common import fashion_mnist, formula_weight, save

# PyPI's torchvision belongs to PyTorch with CUDA: beside the CPU build its compiled operators don't load, and what it
# registers for them fails. Inception needs none of them.
register_fake = operators.register_fake
operators.register_fake = lambda *arguments, **options: lambda function: function
import torchvision  # noqa: E402
from torchvision.models import inception  # noqa: E402

operators.register_fake = register_fake

IMAGES = 2
SAMPLES = 256
RESIZED = [(28, 2, 299, 3), (2, 28, 3, 299), (28, 28, 7, 50), (5, 9, 13, 4), (1, 3, 4, 4)]


def mean_inside(x: torch.Tensor) -> torch.Tensor:
    return F.avg_pool2d(x, kernel_size=3, stride=1, padding=1, count_include_pad=False)


def maximum(x: torch.Tensor) -> torch.Tensor:
    return F.max_pool2d(x, kernel_size=3, stride=1, padding=1)


def with_pool(pool):
    """Lets a block's `F.avg_pool2d(x, kernel_size=3, stride=1, padding=1)` be `pool`."""

    class Functional:
        def __getattr__(self, name):
            return getattr(F, name)

        def avg_pool2d(self, x, kernel_size, stride, padding):
            assert (kernel_size, stride, padding) == (3, 1, 1)
            return pool(x)

    return Functional()


class Inception(torch.nn.Module):
    """torchvision's network up to the last block, with pytorch-fid's pools."""

    STEPS = ["Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1", "Conv2d_3b_1x1", "Conv2d_4a_3x3",
             "maxpool2", "Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e",
             "Mixed_7a", "Mixed_7b", "Mixed_7c"]

    def __init__(self) -> None:
        super().__init__()
        self.network = inception.inception_v3(num_classes=1008, aux_logits=False, init_weights=False).eval()

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """What each step gives for (count, 1, height, width) in [0, 1]; `features` are the last."""
        x = images.expand(-1, 3, -1, -1)
        x = 2 * F.interpolate(x, size=(299, 299), mode="bilinear", align_corners=False) - 1
        outputs = {}
        for step in self.STEPS:
            # torchvision's blocks look `F` up in their module.
            inception.F = with_pool(maximum if step == "Mixed_7c" else mean_inside)
            x = getattr(self.network, step)(x)
            outputs[step] = x
        inception.F = F
        outputs["features"] = F.adaptive_avg_pool2d(x, (1, 1)).flatten(1)
        return outputs


def formula_state(shapes: dict[str, tuple]) -> dict[str, np.ndarray]:
    """Weights that keep the activations' size through the depth (uniform within sqrt(6 / inputs)), and batch
    normalization with gains and variances of 0.75 to 1.25, means and offsets of -0.25 to 0.25: tensor number i, in
    alphabetical order, from the formula's numbers u in [-1, 1)."""
    state = {}
    for number, (name, shape) in enumerate(sorted(shapes.items())):
        rows, columns = shape[0], math.prod(shape[1:])
        unit = formula_weight(number, rows, columns) / np.float32(math.sqrt(6.0 / (rows + columns)))
        if name.endswith("conv.weight"):
            state[name] = (unit * np.float32(math.sqrt(6.0 / columns))).reshape(shape)
        elif name.endswith(("bn.weight", "bn.running_var")):
            state[name] = (1 + unit / 4).reshape(shape)
        else:
            state[name] = (unit / 4).reshape(shape)
    return state


def model() -> tuple[Inception, dict[str, np.ndarray]]:
    network = Inception()
    shapes = {name: tuple(value.shape) for name, value in network.network.state_dict().items()
              if ".bn." in name and "batches" not in name or ".conv." in name}
    state = formula_state(shapes)
    missing, unexpected = network.network.load_state_dict(
        {name: torch.tensor(value) for name, value in state.items()}, strict=False)
    assert not unexpected and all(name.startswith("fc.") or "batches" in name for name in missing)
    return network, state


def main() -> None:
    network, state = model()
    if len(sys.argv) > 1:
        save_file(state, sys.argv[1])
        return
    images = fashion_mnist("t10k", IMAGES)
    tensors = {"images": images}
    with torch.inference_mode():
        outputs = network(torch.tensor(images, dtype=torch.float32).reshape(-1, 1, 28, 28) / 255)
        positions = np.random.default_rng(7)
        for name, output in outputs.items():
            flat = output.flatten(1)
            if name == "features":
                tensors[name] = flat.numpy()
            elif not name.startswith("maxpool"):
                # Places in a channels-last image, as the program has it.
                last = output.permute(0, 2, 3, 1).flatten(1)
                places = np.sort(positions.choice(last.shape[1], SAMPLES, replace=False))
                tensors[f"{name}.places"] = places.astype(np.uint32)
                tensors[f"{name}.values"] = last[:, places].numpy()
                tensors[f"{name}.sums"] = torch.stack(
                    [flat.double().mean(1), flat.double().abs().mean(1), flat.double().square().mean(1)], 1).numpy()
            print(f"{name:14} mean {flat.mean():8.3f} deviation over channels and pixels {flat.std():8.3f} "
                  f"between images {(flat[0] - flat[1]).std():8.3f} largest {flat.abs().max():8.3f}")
        for height, width, *size in RESIZED:
            x = torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(height))
            name = f"resize.{height}x{width}.{size[0]}x{size[1]}."
            tensors[name + "input"] = x.numpy()
            resized = F.interpolate(x, size=size, mode="bilinear", align_corners=False)
            tensors[name + "output"] = resized.numpy()
    save("inception", tensors, f"torch {torch.__version__}, torchvision {torchvision.__version__}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
