"""Writes the fixture that defines the metrics on features. Run it through make_fixtures.sh.

Density and coverage are prdc's own; the other formulas are written out as torch-fidelity has them, in double precision.
"""

import importlib.metadata

import numpy as np
import prdc
import scipy.linalg
from sklearn.metrics import pairwise_distances

from fixture_common import put, save


def features(random: np.random.Generator, count: int, mixing: np.ndarray, shift: float, dead: list[int]) -> np.ndarray:
    """ReLU features of a random layer over inputs that a generator has moved a little."""
    inputs = random.normal(shift, 1, (count, mixing.shape[0]))
    result = np.maximum(inputs @ mixing + 0.5, 0)
    result[:, dead] = 0
    return result.astype(np.float32)


def frechet_terms(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    s1, s2 = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    difference = x.mean(axis=0) - y.mean(axis=0)
    return difference @ difference + np.trace(s1) + np.trace(s2), s1, s2


def frechet_sqrtm(x: np.ndarray, y: np.ndarray) -> float:
    """pytorch-fid's formula, for covariances that are not singular."""
    terms, s1, s2 = frechet_terms(x, y)
    return terms - 2 * np.trace(scipy.linalg.sqrtm(s1 @ s2)).real


def frechet_nuclear(x: np.ndarray, y: np.ndarray) -> float:
    """The last trace as the nuclear norm of R1 R2^T, from QR decompositions of the centred features."""
    terms, _, _ = frechet_terms(x, y)
    r1, r2 = (np.linalg.qr((z - z.mean(axis=0)) / np.sqrt(len(z) - 1), mode="r") for z in (x, y))
    return terms - 2 * np.linalg.norm(r1 @ r2.T, "nuc")


def kernel_distance(x: np.ndarray, y: np.ndarray) -> float:
    count, dimension = x.shape
    kernel = lambda a, b: (a @ b.T / dimension + 1) ** 3
    within = sum(k.sum() - np.trace(k) for k in (kernel(x, x), kernel(y, y)))
    return within / (count * (count - 1)) - 2 * kernel(x, y).mean()


def precision_recall(real: np.ndarray, generated: np.ndarray, k: int = 3) -> tuple[float, float]:
    radius = lambda z: np.partition(pairwise_distances(z), k, axis=1)[:, k]  # the k-th beside itself
    distances = pairwise_distances(real, generated)
    return ((distances <= radius(real)[:, None]).any(axis=0).mean(),
            (distances <= radius(generated)[None, :]).any(axis=1).mean())


def classifier_scores(probabilities: np.ndarray, parts: int = 10) -> list[float]:
    count = len(probabilities)
    scores = []
    for part in range(parts):
        p = probabilities[part * count // parts:(part + 1) * count // parts]
        logarithms = np.log(p, where=p > 0, out=np.zeros_like(p))
        scores.append(np.exp((p * (logarithms - np.log(p.mean(axis=0)))).sum(axis=1).mean()))
    return scores


def main() -> None:
    random = np.random.default_rng(5)
    tensors = {}
    # name: images, inputs of the layer, features, dead ones of the real and of the generated images
    cases = {
        "full": (400, 40, 24, [], []),
        "scales": (300, 40, 24, [], []),  # variances from 1e-4 to 1e4
        "dead": (300, 40, 32, [3, 4, 20], [4, 20, 31]),
        "dependent": (300, 10, 32, [0], [0]),
        "few": (40, 80, 64, [1, 2], [2]),
    }
    for name, (count, inputs, dimension, dead_real, dead_generated) in cases.items():
        mixing = random.normal(0, 1 / np.sqrt(inputs), (inputs, dimension))
        real = features(random, count, mixing, 0, dead_real)
        generated = features(random, count - 7, mixing, 0.3, dead_generated)
        if name == "scales":
            real, generated = (z * np.logspace(-2, 2, dimension, dtype=np.float32) for z in (real, generated))
        if name == "dependent":  # no ReLU, so that 10 inputs give a covariance of rank 10 but for Float's rounding
            real, generated = (
                np.float32(np.round(random.normal(s, 1, (n, inputs)) * 64) / 64) @ np.float32(np.round(mixing * 16) / 16)
                for s, n in ((0, count), (0.3, count - 7)))
        x, y = real.astype(np.float64), generated.astype(np.float64)
        values = {"real": real, "generated": generated, "frechet.nuclear": np.float64([frechet_nuclear(x, y)]),
                  "ranks": np.uint32([np.linalg.matrix_rank(z - z.mean(axis=0)) for z in (x, y)])}
        if values["ranks"].min() == dimension:
            values["frechet.sqrtm"] = np.float64([frechet_sqrtm(x, y)])
        both = prdc.compute_prdc(x, y, nearest_k=5)
        values["support"] = np.float64([*precision_recall(x, y), both["density"], both["coverage"]])
        distances = pairwise_distances(y, x)
        values["nearest.indices"] = np.uint32(distances.argmin(axis=1))
        values["nearest.distances"] = distances.min(axis=1)
        size = min(100, count // 2)
        subsets = [[random.choice(len(z), size, replace=False) for _ in range(6)] for z in (x, y)]
        values["kernel.realIndices"], values["kernel.generatedIndices"] = np.uint32(subsets)
        kernel = [kernel_distance(x[i], y[j]) for i, j in zip(*subsets)]
        values["kernel.values"] = np.float64(kernel)
        values["kernel.summary"] = np.float64([np.mean(kernel), np.std(kernel)])
        put(tensors, f"{name}.", values)

    probabilities = random.dirichlet(np.full(10, 0.2), 253).astype(np.float32)
    probabilities[random.uniform(size=probabilities.shape) < 0.1] = 0
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    scores = classifier_scores(probabilities.astype(np.float64))
    put(tensors, "classifier.", {
        "probabilities": probabilities, "scores": np.float64(scores),
        "summary": np.float64([np.mean(scores), np.std(scores)]),
        "histogram": np.uint32(np.bincount(probabilities.argmax(axis=1), minlength=10))})

    sizes = np.linspace(2000, 10000, 15).astype(np.int64)
    measured = 3 + 900 / sizes + random.normal(0, 0.01, 15)
    slope, intercept = np.polyfit(1 / sizes, measured, 1)
    put(tensors, "extrapolation.", {
        "sizes": np.uint32(sizes), "distances": measured, "line": np.float64([intercept, slope])})
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "scipy", "scikit-learn", "prdc")]
    save("metrics", tensors, ", ".join(versions))


if __name__ == "__main__":
    main()
