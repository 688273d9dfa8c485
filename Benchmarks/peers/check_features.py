"""Recomputes what `atelier evaluate --save-features` wrote, with PyTorch, NumPy and SciPy; prints one JSON line.

    python check_features.py --weights fashion-cnn-v1.safetensors --images a.npy --features a.npz --against b.npz --fid 0.0123
"""

import argparse
import json

import numpy as np
import scipy.linalg
import torch

from torch_features import Extractor


def relative_error(value: np.ndarray, reference: np.ndarray) -> float:
    """The largest difference over the largest value."""
    return float(np.abs(value - reference).max() / np.abs(reference).max())


def covariance_error(sigma: np.ndarray, reference: np.ndarray) -> float:
    """The largest difference over the product of both features' standard deviations; those that never vary left out."""
    deviations = np.sqrt(np.diag(reference))
    scale = np.outer(deviations, deviations)
    return float((np.abs(sigma - reference)[scale > 0] / scale[scale > 0]).max())


def frechet_distance(first, second) -> float:
    """Without features that never vary: they contribute their means only, and the root of a singular matrix is inaccurate."""
    difference = first["mu"] - second["mu"]
    varying = (np.diag(first["sigma"]) > 0) & (np.diag(second["sigma"]) > 0)
    root = scipy.linalg.sqrtm((first["sigma"] @ second["sigma"])[np.ix_(varying, varying)])
    return float(difference @ difference + np.trace(first["sigma"]) + np.trace(second["sigma"]) - 2 * np.trace(root).real)


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--weights", required=True, help="safetensors file of `atelier export fashion-cnn-v1`")
parser.add_argument("--images", required=True, help="the npy file whose features were saved")
parser.add_argument("--features", required=True, help="what --save-features wrote of them")
parser.add_argument("--against", required=True, help="what --save-features wrote of the images they were compared with")
parser.add_argument("--fid", type=float, required=True, help="the Fréchet distance that was printed")
arguments = parser.parse_args()
torch.set_num_threads(1)
saved, other = np.load(arguments.features), np.load(arguments.against)
recomputed = Extractor(arguments.weights, "eager+100")(np.load(arguments.images))[0].numpy()
features = saved["features"].astype(np.float64)
print(json.dumps({
    "features": relative_error(saved["features"], recomputed),
    "mu": relative_error(saved["mu"], features.mean(0)),
    "sigma": covariance_error(saved["sigma"], np.cov(features, rowvar=False)),
    "fid": abs(frechet_distance(other, saved) / arguments.fid - 1),
}))
