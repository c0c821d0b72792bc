"""Tanimoto similarity between many fingerprints: nearest neighbours and internal diversity.

A fingerprint is a row of bytes, eight bits each. What two fingerprints share is counted by a matrix product of zeros
and ones, block by block, so that memory stays bounded. The products are whole numbers and therefore exact, also in
bfloat16 as long as no fingerprint has more than 256 bits.
"""

from collections.abc import Iterator
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Fingerprints = NDArray[np.uint8]

_ROWS = 2048
_BFLOAT16_COUNTS_TO = 256
_BITS_OF_A_BYTE = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(1, dtype=np.uint8)


@torch.no_grad()
def nearest_similarity(samples: Fingerprints, reference: Fingerprints, *, device: str = "cpu") -> NDArray[np.float64]:
    """Return the similarity of each sample to its nearest neighbour in the reference.

    References with the same number of bits are taken together: among them the nearest is the one that shares most.

    Shapes: (samples, bytes), (reference, bytes) -> (samples,).

    Example:
        >>> nearest_similarity(np.array([[0b1100], [0b0001]], np.uint8), np.array([[0b0110], [0b0111]], np.uint8))
        array([0.33333333, 0.33333333])
    """
    kind = _exact_type(samples, reference, device)
    sizes = _sizes(samples).to(device)
    best = torch.zeros(len(samples), dtype=torch.float64, device=device)
    blocks = [(rows, _bits(samples[rows], kind, device)) for rows in _slices(len(samples), _ROWS)]
    for size, members in _by_size(reference):
        for part in _slices(len(members), 2 * _ROWS):
            others = _bits(reference[members[part]], kind, device).T
            for rows, bits in blocks:
                shared = (bits @ others).amax(1).double()
                best[rows] = torch.maximum(best[rows], _tanimoto(shared, sizes[rows] + size))
    return best.cpu().numpy()


@torch.no_grad()
def internal_diversity(fingerprints: Fingerprints, *, device: str = "cpu") -> tuple[float, float]:
    """Return IntDiv1 and IntDiv2 of MOSES: one less the mean similarity, and less the mean root mean square per row.

    A row is also compared with itself. Polykovskiy et al. (2020), arXiv:1811.12823; Benhenda (2017), arXiv:1708.08227.

    Shapes: (samples, bytes) -> two numbers.
    """
    kind = _exact_type(fingerprints, fingerprints, device)
    sizes = _sizes(fingerprints).float().to(device)
    sums = torch.zeros(len(fingerprints), dtype=torch.float64, device=device)
    squares = torch.zeros_like(sums)
    slices = list(_slices(len(fingerprints), _ROWS))
    for number, rows in enumerate(slices):
        bits = _bits(fingerprints[rows], kind, device)
        for columns in slices[number:]:
            others = bits if columns == rows else _bits(fingerprints[columns], kind, device)
            similarity = _tanimoto((bits @ others.T).float(), sizes[rows, None] + sizes[columns])
            _add(sums, similarity, rows, columns)
            _add(squares, similarity.square_(), rows, columns)
    count = len(fingerprints)
    return 1 - (sums / count).mean().item(), 1 - (squares / count).sqrt().mean().item()


def _add(sums: Tensor, block: Tensor, rows: slice, columns: slice) -> None:
    """Add a block above the diagonal to its rows, and mirrored to its columns."""
    sums[rows] += block.sum(1)
    if columns != rows:
        sums[columns] += block.sum(0)


def _tanimoto(shared: Tensor, sizes: Tensor) -> Tensor:
    """Divide what two fingerprints share by what they have together; two empty ones are alike."""
    return torch.where(sizes > 0, shared / (sizes - shared), 1.0)


def _by_size(fingerprints: Fingerprints) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield the rows that have the same number of bits, for each number."""
    sizes = _sizes(fingerprints).numpy()
    order = np.argsort(sizes, kind="stable")
    starts = np.flatnonzero(np.diff(sizes[order], prepend=-1))
    for members in np.split(order, starts[1:]):
        yield int(sizes[members[0]]), members


def _sizes(fingerprints: Fingerprints) -> Tensor:
    return torch.from_numpy(_BITS_OF_A_BYTE[fingerprints].sum(1, dtype=np.int64))


def _bits(fingerprints: Fingerprints, kind: torch.dtype, device: str) -> Tensor:
    return torch.from_numpy(np.unpackbits(fingerprints, axis=1)).to(device, kind)


def _slices(count: int, rows: int) -> Iterator[slice]:
    return (slice(start, min(start + rows, count)) for start in range(0, count, rows))


def _exact_type(left: Fingerprints, right: Fingerprints, device: str) -> torch.dtype:
    """Choose the faster type among those that hold every count: not every processor multiplies bfloat16 quickly."""
    most = min(int(_sizes(left).max()), int(_sizes(right).max()))
    if most > _BFLOAT16_COUNTS_TO or len(left) * len(right) < _ROWS**2:
        return torch.float32
    return min((torch.float32, torch.bfloat16), key=lambda kind: _seconds_of_a_product(kind, device))


def _seconds_of_a_product(kind: torch.dtype, device: str) -> float:
    square = torch.ones(512, 512, dtype=kind, device=device)
    (square @ square).sum().item()
    start = perf_counter()
    (square @ square).sum().item()
    return perf_counter() - start
