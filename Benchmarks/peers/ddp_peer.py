"""PyTorch's DistributedDataParallel over gloo: the global batch is shared by `--ranks` processes of `--threads` each.

    python ddp_peer.py --model dense-ae --ranks 2 --threads 1 --seconds 10
"""

from peer_common import WINDOWS, parse_arguments, peak_rss_mib, report, training_images

import copy
import os
import socket
import time

VARIANTS = ["eager+fused", "compile+fused"]


def add_ranks(parser):
    parser.add_argument("--ranks", type=int, default=2)


def rank_main(rank: int, arguments, port: int, results) -> None:
    import torch
    import torch.distributed as dist
    from torch.nn.parallel import DistributedDataParallel

    import torch_models

    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    dist.init_process_group("gloo", rank=rank, world_size=arguments.ranks)
    model = torch_models.build(arguments.model, arguments.weights)
    x = torch.from_numpy(training_images(arguments.data)).float().div_(255).reshape(-1, *model.image_shape)
    loss = torch_models.first_loss(model, x[: arguments.batch])
    share = arguments.batch // arguments.ranks

    def batches():
        generator = torch.Generator().manual_seed(0)  # the same permutation everywhere, as DistributedSampler has it
        while True:
            order = torch.randperm(len(x), generator=generator)[rank :: arguments.ranks]
            for start in range(0, len(order) - share + 1, share):
                yield x[order[start : start + share]]

    def wrap(module):
        return DistributedDataParallel(module, gradient_as_bucket_view=True)

    iterator = batches()
    compiled = arguments.variant.startswith("compile")
    if isinstance(model, torch_models.AdversarialNetwork):
        step = torch_models.make_gan_step(model, lambda: next(iterator), compiled=compiled, wrap=wrap, fused=True)
    else:
        loss_of = wrap(model)
        loss_of = torch.compile(loss_of, dynamic=False) if compiled else loss_of
        step = torch_models.make_step(model, arguments.model, loss_of, lambda: next(iterator), fused=True)

    # Ranks must take the same number of steps: rank 0 counts what fits into a window, then all run that many.
    for _ in range(3):
        step()
    begin, warm_up_steps = time.perf_counter(), 20
    for _ in range(warm_up_steps):
        step()
    seconds_per_step = (time.perf_counter() - begin) / warm_up_steps
    steps = torch.tensor([max(1, round(arguments.seconds / WINDOWS / seconds_per_step))])
    dist.broadcast(steps, 0)
    rates = []
    for _ in range(WINDOWS + 1):
        dist.barrier()
        begin = time.perf_counter()
        for _ in range(int(steps)):
            step()
        dist.barrier()
        rates.append(int(steps) * share * arguments.ranks / (time.perf_counter() - begin))
    if rank == 0:
        results.put((rates[1:], torch_models.parameter_count(model), loss, torch.__version__, peak_rss_mib()))
    dist.destroy_process_group()


def measure(arguments, variant: str, seconds: float) -> tuple:
    """Rank 0's rates, number of parameters, first loss, version of PyTorch and peak memory."""
    import torch.multiprocessing

    arguments = copy.copy(arguments)
    arguments.variant, arguments.seconds = variant, seconds
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    results = torch.multiprocessing.get_context("spawn").SimpleQueue()
    torch.multiprocessing.spawn(rank_main, (arguments, port, results), nprocs=arguments.ranks)
    return results.get()


if __name__ == "__main__":
    arguments = parse_arguments(__doc__, add_ranks)
    if arguments.batch % arguments.ranks:
        raise SystemExit(f"--batch {arguments.batch} does not divide by {arguments.ranks} ranks")
    trials = {}
    if arguments.variant == "auto":
        trials = {variant: round(max(measure(arguments, variant, 2.5)[0]), 1) for variant in VARIANTS}
        arguments.variant = max(trials, key=trials.get)
    rates, parameters, loss, version, rss = measure(arguments, arguments.variant, arguments.seconds)
    report(arguments, rates, parameters, loss, {"torch": version}, variant=arguments.variant, ranks=arguments.ranks,
           peak_rss_mib=rss, trials=trials)
