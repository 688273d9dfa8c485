"""Scores images with PyTorch, NumPy and SciPy as `atelier evaluate IMAGES.npy --against test` does, and prints one JSON line.

    python torch_evaluation.py images.npy --weights fashion-cnn-v1.safetensors --variant auto      # tries settings only
    python torch_evaluation.py images.npy --weights fashion-cnn-v1.safetensors --variant eager+500 --cache real.npz

The figures are the same: Fréchet distance, kernel distance, precision, recall, classifier score, classes, floor, ceiling,
nearest training images; what does not depend on the images is kept in the cache. See Benchmarks/README.md.
"""

import time

process_start = time.process_time()
import argparse
import json
import os

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("images", help="npy file, uint8 (N, 28, 28)")
parser.add_argument("--weights", required=True, help="safetensors file of `atelier export fashion-cnn-v1`")
parser.add_argument("--variant", default="auto", help="settings of PyTorch, or auto to try all and name the fastest")
parser.add_argument("--cache", help="npz file that keeps what does not depend on the images")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
arguments = parser.parse_args()
for library in ["OMP", "OPENBLAS", "MKL"]:
    os.environ[f"{library}_NUM_THREADS"] = str(arguments.threads)

import numpy as np
import scipy
import scipy.linalg
import torch

from torch_features import Extractor, fastest_variant, read_idx

NEIGHBOURS, SUBSETS, SUBSET_SIZE, PARTS, NOISE, NEAREST, BLOCK = 3, 100, 1000, 10, 2000, 100, 1000


def moments(features: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    values = features.numpy().astype(np.float64)
    return values.mean(0), np.cov(values, rowvar=False)


def frechet_distance(first, second) -> float:
    root = scipy.linalg.sqrtm(first[1] @ second[1])
    difference = first[0] - second[0]
    return float(difference @ difference + np.trace(first[1]) + np.trace(second[1]) - 2 * np.trace(root).real)


def kernel_sum(x: torch.Tensor, y: torch.Tensor) -> float:
    """The cubic kernel, summed over all pairs; over pairs of different rows where both sets are one."""
    base = torch.addmm(torch.ones(()), x, y.T, alpha=1 / x.shape[1])
    kernel = base.square().mul_(base)
    if x is y:
        kernel.fill_diagonal_(0)
    return kernel.sum(dtype=torch.float64).item()


def subsets(count: int, seed: int) -> list[np.ndarray]:
    generator = np.random.default_rng(seed)
    return [generator.choice(count, min(SUBSET_SIZE, count), replace=False) for _ in range(SUBSETS)]


def radii(features: torch.Tensor) -> torch.Tensor:
    """Distances to the third neighbour; each row is its own nearest."""
    return torch.cat([torch.cdist(block, features).topk(NEIGHBOURS + 1, largest=False).values[:, -1]
                      for block in features.split(BLOCK)])


def precision_and_recall(real, real_radii, generated) -> tuple[float, float]:
    inside, covered = torch.zeros(len(generated), dtype=torch.bool), []
    generated_radii = radii(generated)
    for block, block_radii in zip(real.split(BLOCK), real_radii.split(BLOCK)):
        distances = torch.cdist(block, generated)
        inside |= (distances <= block_radii[:, None]).any(0)
        covered.append((distances <= generated_radii).any(1))
    return inside.double().mean().item(), torch.cat(covered).double().mean().item()


def classifier_score(probabilities: torch.Tensor) -> tuple[float, float]:
    scores = []
    for part in np.array_split(probabilities.numpy().astype(np.float64), PARTS):
        scores.append(np.exp(scipy.special.rel_entr(part, part.mean(0)).sum(1).mean()))
    return float(np.mean(scores)), float(np.std(scores))


class Stages:
    """Processor time, stage by stage."""

    def __init__(self):
        self.seconds, self.last = {}, time.process_time()

    def end(self, name: str) -> None:
        now = time.process_time()
        self.seconds[name] = round(self.seconds.get(name, 0) + now - self.last, 3)
        self.last = now


def real_side(extract, stages: Stages) -> dict:
    """Everything about the test images, from the cache if it is there."""
    if arguments.cache and os.path.exists(arguments.cache):
        with np.load(arguments.cache) as kept:
            real = {name: torch.from_numpy(kept[name]) if name in ("features", "radii") else kept[name] for name in kept}
        stages.end("real side from the cache")
        return real
    images = read_idx(arguments.data, "t10k")
    stages.end("reading")
    features, _ = extract(images)
    noise, _ = extract(np.random.default_rng(0).integers(0, 256, (NOISE, 28, 28), np.uint8))
    stages.end("features")
    mu, sigma = moments(features)
    stages.end("moments, Fréchet distance")
    order = torch.from_numpy(np.random.default_rng(0).permutation(len(features)))
    halves = order.split(len(order) // 2)
    real = {
        "features": features, "mu": mu, "sigma": sigma,
        "floor": frechet_distance(moments(features[halves[0]]), moments(features[halves[1]])),
        "ceiling": frechet_distance((mu, sigma), moments(noise)),
        "held_out": images[:NEAREST],
    }
    stages.end("floor, ceiling")
    real["radii"] = radii(features)
    stages.end("precision, recall")
    parts = [features[subset] for subset in subsets(len(features), seed=0)]
    real["kernel_sums"] = np.array([kernel_sum(part, part) for part in parts])
    stages.end("kernel distance")
    if arguments.cache:
        np.savez(arguments.cache, **real)
        stages.end("writing the cache")
    return real


def nearest_distances(queries: np.ndarray, others: np.ndarray) -> torch.Tensor:
    """Distances of pixels in [0, 1] to the nearest of others, computed from bytes, whose products are sums of integers."""
    queries = torch.from_numpy(queries).flatten(1).float()
    least = torch.full((len(queries),), torch.inf, dtype=torch.float64)
    lengths = queries.double().square().sum(1)
    for block in torch.from_numpy(others).flatten(1).split(BLOCK):
        block = block.float()
        squares = lengths[:, None] + block.square().sum(1).double() - 2 * (queries @ block.T)
        least = torch.minimum(least, squares.min(1).values)
    return least.clamp_(min=0).sqrt_().div_(255)


@torch.inference_mode()
def evaluate(extract, stages: Stages) -> dict:
    real = real_side(extract, stages)
    images = np.load(arguments.images)
    stages.end("reading")
    features, probabilities = extract(images)
    stages.end("features")
    mu, sigma = moments(features)
    fid = frechet_distance((real["mu"], real["sigma"]), (mu, sigma))
    stages.end("moments, Fréchet distance")
    size = min(SUBSET_SIZE, len(features), len(real["features"]))
    distances = []
    for own, other, own_sum in zip(subsets(len(real["features"]), seed=0), subsets(len(features), seed=1),
                                   real["kernel_sums"]):
        x, y = real["features"][own], features[other]
        distances.append((own_sum + kernel_sum(y, y)) / (size * (size - 1)) - 2 * kernel_sum(x, y) / size**2)
    stages.end("kernel distance")
    precision, recall = precision_and_recall(real["features"], real["radii"], features)
    stages.end("precision, recall")
    score, score_std = classifier_score(probabilities)
    shares = torch.bincount(probabilities.argmax(1), minlength=10).double() / len(images)
    stages.end("classifier score")
    train = read_idx(arguments.data, "train")
    stages.end("reading")
    nearest = nearest_distances(np.concatenate([images[:NEAREST], real["held_out"]]), train)
    stages.end("nearest training images")
    return {
        "fid": fid, "fid_trace": fid / float(np.trace(real["sigma"])), "fid_floor": float(real["floor"]),
        "fid_ceiling": float(real["ceiling"]), "kid": float(np.mean(distances)), "kid_std": float(np.std(distances)),
        "precision": precision, "recall": recall, "classifier_score": score, "classifier_score_std": score_std,
        **{f"class_share_{label}": share for label, share in enumerate(shares.tolist())},
        "nearest_distance": float(np.median(nearest[: len(images[:NEAREST])])),
        "nearest_distance_of_real": float(np.median(nearest[len(images[:NEAREST]):])),
    }


torch.set_num_threads(arguments.threads)
report = {"versions": {"torch": torch.__version__, "numpy": np.__version__, "scipy": scipy.__version__}}
if arguments.variant == "auto":
    sample = np.load(arguments.images)[:2000]
    report["variant"], report["trials"] = fastest_variant(arguments.weights, sample, total=22_000)
else:
    import_seconds = time.process_time() - process_start
    start, start_cpu = time.perf_counter(), time.process_time()
    stages = Stages()
    extract = Extractor(arguments.weights, arguments.variant)
    stages.end("weights")
    values = evaluate(extract, stages)
    report.update(
        variant=arguments.variant, values=values, stages=stages.seconds, import_cpu_seconds=round(import_seconds, 3),
        wall_seconds_after_imports=round(time.perf_counter() - start, 3),
        cpu_seconds_after_imports=round(time.process_time() - start_cpu, 3))
print(json.dumps(report))
