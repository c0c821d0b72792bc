"""How ChemNet, a network trained on biological activity, sees molecules: the ground of the Frechet ChemNet Distance.

Preuer et al. (2018), arXiv:1803.09518. The network comes with the package `fcd`, the extra ``gdl-molecules[fcd]``.
"""

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import torch
from numpy.typing import NDArray

from gdl_core.metrics import frechet_distance_of_gaussians
from gdl_core.workers import cores

FEATURES = 512
HINT = 'the package fcd is not installed; pip install "gdl-molecules[fcd]"'

_CHUNK = 1024
_LONGEST = 349  # characters that ChemNet reads, and one for the end


@dataclass(frozen=True)
class Gaussian:
    """Mean and covariance of the features of a set of molecules.

    Shapes: mean (512,), covariance (512, 512).
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    def distance(self, other: "Gaussian") -> float:
        """Return the Frechet ChemNet Distance. It shrinks as molecules are added: compare only at equal numbers."""
        return frechet_distance_of_gaussians(self.mean, self.covariance, other.mean, other.covariance)


def available() -> bool:
    """Tell whether the package that holds ChemNet is installed."""
    return find_spec("fcd") is not None


def gaussian(canonical: Sequence[str], *, device: str = "cpu") -> Gaussian | None:
    """Fit a Gaussian to how ChemNet sees molecules; None for fewer than two. The order does not matter.

    A SMILES of more than 349 characters is cut there, as in MOSES.
    """
    if len(canonical) < 2:
        return None
    total, products = np.zeros(FEATURES), np.zeros((FEATURES, FEATURES))
    for features in _features([text[:_LONGEST] for text in canonical], device):
        total += features.sum(0)
        products += features.T @ features
    mean = total / len(canonical)
    covariance = (products - len(canonical) * np.outer(mean, mean)) / (len(canonical) - 1)
    return Gaussian(mean, covariance)


def _features(texts: Sequence[str], device: str) -> Iterator[NDArray[np.float64]]:
    """Yield the features chunk by chunk.

    On a processor each thread has its own chunk: the network's many small steps gain nothing from sharing one.
    """
    from fcd import get_predictions, load_ref_model

    network = load_ref_model()

    def see(chunk: Sequence[str]) -> NDArray[np.float64]:
        own = deepcopy(network)  # each call moves the network between devices: no two threads may share it
        return get_predictions(own, chunk, n_jobs=0, device=device).astype(np.float64)

    chunks = [texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK)]
    threads = ThreadPoolExecutor(cores() if device == "cpu" else 1, initializer=torch.set_num_threads, initargs=(1,))
    kept = torch.random.fork_rng(devices=[])  # the package's data loader draws a seed
    with warnings.catch_warnings(), kept, threads:
        warnings.simplefilter("ignore")
        yield from threads.map(see, chunks)
