"""Samples as arrays: checked on the way in, stored in the smallest type that holds them."""

import numpy as np
import torch
from torch import Tensor

from gdl_core.errors import RepresentationError
from gdl_core.spaces.space import Sample


def smallest_integer(levels: int) -> np.dtype:
    """Return the smallest unsigned type that holds 0 to levels - 1."""
    return np.min_scalar_type(max(levels - 1, 0))


def tensor_from(array: np.ndarray, dtype: torch.dtype = torch.int64) -> Tensor:
    """Copy an array (which may be a read-only memory map) into a tensor."""
    return torch.from_numpy(array.astype(np.int64 if dtype == torch.int64 else np.float32))


def check_symbols(tensor: Tensor, count: int, what: str) -> None:
    """Refuse symbols outside 0 to count - 1."""
    if tensor.numel() and not (int(tensor.min()) >= 0 and int(tensor.max()) < count):
        raise RepresentationError(
            f"{what} runs from {int(tensor.min())} to {int(tensor.max())}, but this space holds 0 to {count - 1}"
        )


def checked_shape(sample: Sample, shape: tuple[int, ...]) -> Tensor:
    """Return the tensor if it has this shape; refuse it otherwise."""
    found = tuple(sample.shape) if isinstance(sample, Tensor) else type(sample).__name__
    if found != shape or not isinstance(sample, Tensor):
        raise RepresentationError(f"a sample of shape {found}; this space holds {shape}")
    return sample
