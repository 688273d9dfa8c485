"""Writes what PyTorch computes for single convolutions and transposed convolutions. Run it through make_fixtures.sh."""

import torch
import torch.nn.functional as F

from fixture_common import put, save

TORCH = f"torch {torch.__version__}"
ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": F.relu,
    "leaky-relu": lambda x: F.leaky_relu(x, 0.2),
    "tanh": torch.tanh,
}

# (kernel, stride, padding, output padding), (height, width), (inputs, outputs), rows, has a bias, activation
CONVOLUTIONS = [
    ((1, 1, 0, 0), (5, 5), (3, 8), 2, True, "linear"),
    ((1, 1, 1, 0), (5, 5), (1, 3), 2, True, "tanh"),
    ((1, 2, 0, 0), (7, 7), (8, 8), 1, True, "relu"),
    ((1, 3, 0, 0), (11, 5), (3, 1), 4, False, "leaky-relu"),
    ((2, 1, 0, 0), (7, 5), (3, 3), 3, False, "linear"),
    ((2, 1, 1, 0), (5, 5), (1, 8), 2, True, "relu"),
    ((2, 2, 0, 0), (11, 7), (8, 3), 2, True, "leaky-relu"),
    ((2, 2, 1, 0), (13, 13), (1, 1), 3, True, "tanh"),
    ((2, 3, 1, 0), (11, 13), (3, 8), 2, True, "relu"),
    ((3, 1, 0, 0), (7, 7), (8, 8), 2, True, "relu"),
    ((3, 1, 0, 0), (3, 3), (16, 8), 5, True, "linear"),
    ((3, 1, 1, 0), (5, 5), (8, 8), 3, False, "linear"),
    ((3, 1, 1, 0), (7, 11), (8, 16), 2, True, "relu"),
    ((3, 1, 1, 0), (13, 5), (16, 8), 2, True, "leaky-relu"),
    ((3, 1, 1, 0), (5, 7), (32, 32), 1, True, "relu"),
    ((3, 1, 2, 0), (5, 7), (16, 16), 1, False, "tanh"),
    ((3, 1, 1, 0), (28, 28), (1, 3), 1, True, "relu"),
    ((3, 1, 1, 0), (28, 28), (8, 1), 1, True, "linear"),
    ((3, 1, 1, 0), (11, 11), (1, 1), 5, True, "tanh"),
    ((3, 1, 1, 0), (7, 7), (3, 3), 2, True, "relu"),
    ((3, 1, 1, 0), (2, 1), (3, 8), 2, True, "linear"),
    ((3, 2, 1, 0), (13, 13), (8, 16), 1, True, "relu"),
    ((3, 2, 1, 0), (28, 28), (1, 8), 1, True, "relu"),
    ((3, 2, 0, 0), (11, 7), (16, 8), 2, False, "leaky-relu"),
    ((3, 2, 2, 0), (5, 5), (3, 8), 3, True, "tanh"),
    ((3, 2, 1, 0), (7, 7), (32, 16), 1, True, "linear"),
    ((3, 3, 1, 0), (13, 11), (8, 8), 1, True, "relu"),
    ((4, 1, 2, 0), (5, 7), (3, 8), 2, True, "leaky-relu"),
    ((4, 1, 0, 0), (7, 5), (8, 1), 3, True, "linear"),
    ((4, 2, 1, 0), (28, 28), (1, 8), 1, True, "leaky-relu"),
    ((4, 2, 1, 0), (7, 7), (8, 16), 2, False, "linear"),
    ((4, 3, 2, 0), (11, 11), (3, 3), 2, True, "tanh"),
    ((5, 1, 2, 0), (7, 7), (3, 8), 2, True, "relu"),
    ((5, 1, 0, 0), (5, 5), (8, 8), 4, True, "linear"),
    ((5, 2, 2, 0), (13, 7), (8, 3), 2, False, "relu"),
    ((5, 3, 1, 0), (13, 13), (1, 3), 3, True, "leaky-relu"),
]
TRANSPOSED = [
    ((1, 1, 0, 0), (5, 5), (8, 3), 2, True, "relu"),
    ((1, 2, 0, 1), (5, 7), (3, 3), 2, True, "linear"),
    ((1, 3, 0, 0), (5, 5), (1, 8), 1, False, "tanh"),
    ((2, 1, 1, 0), (7, 5), (3, 8), 3, True, "leaky-relu"),
    ((2, 2, 0, 0), (7, 7), (8, 8), 1, True, "relu"),
    ((2, 2, 0, 1), (5, 5), (1, 3), 4, True, "linear"),
    ((2, 3, 0, 2), (5, 7), (3, 1), 2, True, "tanh"),
    ((3, 1, 0, 0), (5, 5), (8, 8), 2, True, "relu"),
    ((3, 1, 1, 0), (7, 11), (16, 8), 2, False, "leaky-relu"),
    ((3, 1, 1, 0), (5, 5), (16, 16), 1, True, "linear"),
    ((3, 1, 2, 0), (7, 5), (8, 16), 1, True, "tanh"),
    ((3, 1, 1, 0), (14, 14), (8, 1), 1, True, "linear"),
    ((3, 1, 1, 0), (13, 11), (1, 1), 5, True, "relu"),
    ((3, 2, 1, 1), (7, 7), (16, 8), 1, True, "relu"),
    ((3, 2, 1, 0), (7, 5), (8, 16), 1, True, "leaky-relu"),
    ((3, 2, 0, 1), (5, 5), (3, 8), 2, False, "linear"),
    ((3, 2, 2, 1), (7, 7), (8, 3), 2, True, "tanh"),
    ((3, 2, 1, 1), (14, 14), (8, 1), 1, True, "linear"),
    ((3, 2, 1, 1), (5, 11), (1, 8), 1, True, "relu"),
    ((3, 2, 1, 1), (5, 7), (32, 8), 1, False, "linear"),
    ((3, 3, 1, 2), (5, 5), (8, 8), 1, True, "relu"),
    ((3, 3, 0, 0), (5, 7), (3, 1), 1, True, "leaky-relu"),
    ((4, 1, 2, 0), (7, 7), (8, 3), 2, True, "tanh"),
    ((4, 2, 1, 0), (5, 5), (32, 8), 1, True, "relu"),
    ((4, 2, 1, 0), (14, 14), (8, 1), 1, True, "tanh"),
    ((4, 2, 0, 1), (5, 5), (3, 8), 2, False, "relu"),
    ((4, 3, 1, 1), (5, 7), (1, 3), 2, True, "linear"),
    ((5, 1, 2, 0), (7, 5), (8, 3), 2, True, "leaky-relu"),
    ((5, 2, 2, 1), (5, 5), (3, 8), 2, True, "relu"),
    ((5, 2, 1, 0), (5, 7), (8, 8), 1, True, "linear"),
    ((5, 3, 2, 0), (5, 5), (1, 3), 4, True, "tanh"),
]


def convolutions() -> None:
    generator = torch.Generator().manual_seed(4)
    tensors = {}
    for kind, cases in [("convolution", CONVOLUTIONS), ("transposed", TRANSPOSED)]:
        for sizes, side, channels, rows, has_bias, activation in cases:
            put_case(tensors, generator, kind, sizes, side, channels, rows, has_bias, activation)
    initial_bounds(tensors)
    save("convolutions_torch", tensors, TORCH)


def put_case(tensors, generator, kind, sizes, side, channels, rows, has_bias, activation) -> None:
    kernel, stride, padding, output_padding = sizes
    inputs, outputs = channels
    normal = lambda *shape: torch.randn(*shape, generator=generator)
    # Outputs of about 1, so that tanh is neither linear nor flat.
    terms = kernel * kernel * inputs / (stride * stride if kind == "transposed" else 1)
    x = normal(rows, inputs, *side).requires_grad_()
    shape = (outputs, inputs) if kind == "convolution" else (inputs, outputs)
    weight = (normal(*shape, kernel, kernel) / max(terms, 1) ** 0.5).requires_grad_()
    bias = normal(outputs).requires_grad_() if has_bias else None
    if kind == "convolution":
        sums = F.conv2d(x, weight, bias, stride=stride, padding=padding)
    else:
        sums = F.conv_transpose2d(x, weight, bias, stride=stride, padding=padding, output_padding=output_padding)
    output = ACTIVATIONS[activation](sums)
    # Near a rectifier's kink rounding may take the other slope: no gradient comes from there.
    is_rectifier = activation.endswith("relu")
    output_gradient = normal(*output.shape) * (not is_rectifier or sums.abs() > 1e-3 * sums.abs().max())
    output.backward(output_gradient)
    case = {
        "sizes": torch.tensor([kernel, stride, padding, output_padding, *side, inputs, outputs, rows],
                              dtype=torch.uint8),
        "input": x, "weight": weight, "output": output, "outputGradient": output_gradient,
        "inputGradient": x.grad, "weightGradient": weight.grad}
    if has_bias:
        case |= {"bias": bias, "biasGradient": bias.grad}
    name = f"{kind}.k{kernel}s{stride}p{padding}+{output_padding}.{side[0]}x{side[1]}x{inputs}-{outputs}.{activation}."
    assert name + "input" not in tensors, name
    put(tensors, name, {key: value.detach().numpy().copy() for key, value in case.items()})


def initial_bounds(tensors) -> None:
    """The largest magnitudes among freshly drawn weights and biases, which show the bounds they were drawn within."""
    torch.manual_seed(5)
    for kind, layer in [("convolution", torch.nn.Conv2d), ("transposed", torch.nn.ConvTranspose2d)]:
        for kernel, inputs, outputs in [(3, 8, 512), (4, 256, 300), (1, 5, 700)]:
            drawn = layer(inputs, outputs, kernel)
            put(tensors, f"initial.{kind}.{kernel}x{inputs}-{outputs}.", {
                "sizes": torch.tensor([kernel, inputs, outputs], dtype=torch.float32).numpy(),
                "largest": torch.stack([drawn.weight.abs().max(), drawn.bias.abs().max()]).detach().numpy()})


if __name__ == "__main__":
    torch.set_num_threads(1)
    convolutions()
