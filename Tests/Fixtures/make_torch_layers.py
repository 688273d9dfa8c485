"""Writes the fixtures of the layers on images but convolutions, as PyTorch defines them. Run it through
make_fixtures.sh."""

import torch
import torch.nn.functional as F

from fixture_common import put, save
from make_torch import TORCH, array

# (height, width, channels, window, stride): remainders at the end, windows apart, edge to edge and overlapping.
POOLING = [(5, 7, 3, 2, 2), (13, 11, 10, 3, 2), (11, 13, 8, 3, 3), (7, 7, 16, 2, 2), (6, 8, 17, 2, 2), (7, 5, 4, 2, 3)]
UPSAMPLING = [(5, 7, 3, 2), (7, 11, 10, 2), (3, 5, 9, 3)]
# (rows, height, width, channels)
NORMALIZATION = [(6, 5, 7, 3), (3, 11, 13, 10), (5, 1, 1, 9)]
STEPS = 3


def main() -> None:
    generator = torch.Generator().manual_seed(5)
    normal = lambda *shape: torch.randn(*shape, generator=generator)
    tensors = {}

    def add(prefix: str, x: torch.Tensor, layer) -> None:
        """What a layer without parameters computes, and the gradient of its input."""
        x = x.clone().requires_grad_()
        output = layer(x)
        output_gradient = normal(*output.shape)
        output.backward(output_gradient)
        put(tensors, prefix, {"input": array(x), "output": array(output), "outputGradient": array(output_gradient),
                              "inputGradient": array(x.grad)})

    for height, width, channels, size, stride in POOLING:
        case = f"{height}x{width}x{channels}.{size}.{stride}."
        # Halves, many of them zero as behind a rectifier: windows with several largest values.
        x = F.relu((2 * normal(2, channels, height, width)).round() / 2)
        add(f"maxpool.{case}", x, lambda x: F.max_pool2d(x, size, stride))
        add(f"averagepool.{case}", normal(2, channels, height, width), lambda x: F.avg_pool2d(x, size, stride))
    x = normal(1, 2, 6, 6)
    x[0, 0, 1, 2] = x[0, 0, 1, 3] = x[0, 1, 4, 4] = torch.nan
    x[0, 1, 0:2, 0:2] = -torch.inf
    add("maxpool.extremes.", x, lambda x: F.max_pool2d(x, 2, 2))

    for height, width, channels, factor in UPSAMPLING:
        add(f"upsample.{height}x{width}x{channels}.{factor}.", normal(2, channels, height, width),
            lambda x: F.interpolate(x, scale_factor=factor, mode="nearest"))

    for rows, height, width, channels in NORMALIZATION:
        prefix = f"batchnorm.{rows}x{height}x{width}x{channels}."
        layer = torch.nn.BatchNorm2d(channels)
        layer.weight.data = 1 + normal(channels) / 2
        layer.bias.data = normal(channels)
        put(tensors, prefix, {"weight": array(layer.weight), "bias": array(layer.bias)})
        centre, scale = 3 * normal(channels, 1, 1), 0.1 + 2 * torch.rand(channels, 1, 1, generator=generator)
        for step in [*range(STEPS), "evaluation"]:
            layer.train(step != "evaluation")
            layer.zero_grad()
            x = (normal(rows, channels, height, width) * scale + centre).requires_grad_()
            output = layer(x)
            output_gradient = normal(*output.shape)
            output.backward(output_gradient)
            put(tensors, f"{prefix}{step}.", {
                "input": array(x), "output": array(output), "outputGradient": array(output_gradient),
                "inputGradient": array(x.grad), "weightGradient": array(layer.weight.grad),
                "biasGradient": array(layer.bias.grad), "runningMean": array(layer.running_mean),
                "runningVariance": array(layer.running_var)})

    save("image_layers", tensors, TORCH)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
