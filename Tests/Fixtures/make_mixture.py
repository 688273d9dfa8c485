"""Writes the fixture of Gaussian mixtures and k-means, from scikit-learn. Run it through make_fixtures.sh."""

import warnings

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from fixture_common import save


def blobs(random: np.random.Generator, count: int, dimension: int, components: int) -> np.ndarray:
    """Overlapping clusters with full covariances."""
    mixing = random.normal(0, 1, (components, dimension, dimension))
    centres = random.normal(0, 2, (components, dimension))
    labels = random.integers(0, components, count)
    noise = random.normal(0, 1, (count, dimension))
    return (centres[labels] + np.einsum("nij,nj->ni", mixing[labels], noise)).astype(np.float32)


def fit(tensors: dict, name: str, codes: np.ndarray, weights, means, covariances, iterations: int = 100) -> None:
    """EM from a start, with scikit-learn's defaults."""
    model = GaussianMixture(len(weights), weights_init=weights, means_init=means, max_iter=iterations,
                            precisions_init=np.linalg.inv(covariances))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(codes.astype(np.float64))
    tensors |= {
        f"{name}.codes": codes, f"{name}.start.weights": weights, f"{name}.start.means": means,
        f"{name}.start.cholesky": np.linalg.cholesky(covariances), f"{name}.weights": model.weights_,
        f"{name}.means": model.means_, f"{name}.covariances": model.covariances_,
        f"{name}.history": np.array(model.lower_bounds_), f"{name}.converged": np.array([model.converged_], np.uint8),
        f"{name}.logLikelihood": np.array([model.score(codes.astype(np.float64))]),
    }


def main() -> None:
    random = np.random.default_rng(6)
    tensors = {}
    codes = blobs(random, 400, 5, 3)
    start = codes[[3, 70, 200]].astype(np.float64)
    spheres = lambda count, dimension, variance: np.stack([np.eye(dimension) * variance] * count)
    fit(tensors, "blobs", codes, np.array([0.5, 0.3, 0.2]), start, spheres(3, 5, 4.0))
    fit(tensors, "limited", codes, np.array([0.5, 0.3, 0.2]), start, spheres(3, 5, 4.0), iterations=3)
    # The last component is too far away and too narrow to have a share in any code.
    lost = np.concatenate([start[:2], np.full((1, 5), 1e3)])
    fit(tensors, "lost", codes, np.array([0.5, 0.3, 0.2]), lost, np.concatenate([spheres(2, 5, 4.0), spheres(1, 5, 1e-2)]))
    # More elements than a vector has, some of them zero always or often.
    rectified = np.maximum(blobs(random, 300, 11, 2), 0)
    rectified[:, [2, 7]] = 0
    fit(tensors, "rectified", rectified, np.array([0.5, 0.5]), rectified[[0, 1]].astype(np.float64), spheres(2, 11, 4.0))

    centres = codes[[1, 2, 4, 9]].astype(np.float64)
    clusters = KMeans(4, init=centres, n_init=1, tol=0, algorithm="lloyd").fit(codes.astype(np.float64))
    tensors |= {"kmeans.start": centres, "kmeans.centres": clusters.cluster_centers_,
                "kmeans.labels": clusters.labels_.astype(np.uint32)}
    save("mixture", tensors, f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")


main()
