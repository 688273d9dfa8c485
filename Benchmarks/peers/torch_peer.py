"""Trains a model with PyTorch the usual good way and prints one JSON line. See Benchmarks/README.md.

    python torch_peer.py --model dense-ae --threads 1 --seconds 10
    python torch_peer.py --model dense-ae --write-weights initial.safetensors     # for every side to start from
"""

from peer_common import Clock, best_variant, parse_arguments, report, training_images

arguments = parse_arguments(__doc__, lambda parser: parser.add_argument("--write-weights", metavar="FILE"))

import torch

import torch_models

DENSE_VARIANTS = ["eager+foreach", "eager+fused", "compile+fused"]
CONV_VARIANTS = DENSE_VARIANTS + ["eager+fused+channels_last", "compile+fused+channels_last"]


def batches(x: torch.Tensor, batch: int):
    """Endless shuffled batches, each gathered by index from the tensor in memory; an incomplete last one is dropped."""
    while True:
        order = torch.randperm(len(x))
        for start in range(0, len(x) - batch + 1, batch):
            yield x[order[start : start + batch]]


def measure(variant: str, clock: Clock) -> None:
    model = torch_models.build(arguments.model, arguments.weights)
    settings = variant.split("+")
    options = {"fused": True} if "fused" in settings else {"foreach": True}
    source = x
    if "channels_last" in settings:
        model, source = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    torch._dynamo.reset()
    compiled = "compile" in settings
    iterator = batches(source, arguments.batch)
    if isinstance(model, torch_models.AdversarialNetwork):
        step = torch_models.make_gan_step(model, lambda: next(iterator), compiled=compiled, **options)
    else:
        loss_of = torch.compile(model, dynamic=False) if compiled else model
        step = torch_models.make_step(model, arguments.model, loss_of, lambda: next(iterator), **options)
    for _ in range(3):
        step()
    clock.run(step, arguments.batch, steps_per_reading=1 if convolutional else 8)


torch.set_num_threads(arguments.threads)
torch.set_flush_denormal(True)
model = torch_models.build(arguments.model, arguments.weights)
if arguments.write_weights:
    from safetensors.torch import save_file

    save_file(model.state_dict(), arguments.write_weights)
    raise SystemExit
x = torch.from_numpy(training_images(arguments.data)).float().div_(255).reshape(-1, *model.image_shape)
loss = torch_models.first_loss(model, x[: arguments.batch])
convolutional = model.image_shape != (784,)
variant, trials = best_variant(arguments, CONV_VARIANTS if convolutional else DENSE_VARIANTS, measure)
clock = Clock(arguments.seconds, arguments.threads)
measure(variant, clock)
report(arguments, clock.rates, torch_models.parameter_count(model), loss, {"torch": torch.__version__}, variant=variant,
       images_per_cpu_second=round(max(clock.cpu_rates), 1), trials=trials)
