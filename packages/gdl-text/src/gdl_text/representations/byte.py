"""Texts as the bytes of their UTF-8."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from torch import Tensor

from gdl_text.representations.windows import TextRepresentation
from gdl_text.spelling import bytes_of, text_of


class Bytes(TextRepresentation):
    """A token for each byte: nothing is to be learned, and there is no text that it cannot hold.

    Example:
        >>> Bytes().encode("é").tolist()
        [195, 169]
        >>> Bytes().decode(Bytes().encode("é"))
        'é'
    """

    name = "bytes"
    size = 256

    def number(self, text: str) -> np.ndarray:
        return np.frombuffer(bytes_of(text), np.uint8).astype(np.int64)

    def decode(self, sample: Tensor) -> str:
        """Return the text of these bytes; those that are no UTF-8 stay as they are."""
        return text_of(bytes(sample.tolist()))

    def to_config(self) -> dict[str, Any]:
        return self.cutting

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)
