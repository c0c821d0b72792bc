"""Texts as the bytes of their UTF-8."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from gdl_text.representations.windows import TextRepresentation
from gdl_text.spelling import bytes_of


class Bytes(TextRepresentation):
    """A token for each byte: nothing is to be learned, and there is no text that it cannot hold.

    Example:
        >>> Bytes().encode("é").tolist()
        [195, 169]
        >>> Bytes().decode(Bytes().encode("é"))
        'é'
    """

    name = "bytes"
    pieces = tuple(bytes([byte]) for byte in range(256))

    def number(self, text: str) -> np.ndarray:
        return np.frombuffer(bytes_of(text), np.uint8).astype(np.int64)

    def to_config(self) -> dict[str, Any]:
        return self.cutting

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)
