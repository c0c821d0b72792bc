"""Texts as an array of bytes, so that an .npz file can hold them."""

import numpy as np
from numpy.typing import NDArray


def pack_texts(texts: list[str]) -> NDArray[np.uint8]:
    """Hold texts without line ends as one array of bytes."""
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def unpack_texts(array: NDArray[np.uint8]) -> list[str]:
    """Give back the texts that `pack_texts` held."""
    return array.tobytes().decode().split("\n") if array.size else []
