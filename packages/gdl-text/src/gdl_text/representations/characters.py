"""Texts as characters of a learned alphabet."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np

from gdl_core.errors import RepresentationError, UsageError
from gdl_text.representations.windows import CONTEXT, TextRepresentation
from gdl_text.spelling import bytes_of, shown

_CODES = 0x110000


class Characters(TextRepresentation):
    """A token for each character of the training text; a text with any other is refused.

    `alphabet` holds the characters in the order of their numbers; `fit` learns it.

    Example:
        >>> characters = Characters().fit(["to be"])
        >>> characters.alphabet
        ' beot'
        >>> characters.encode("bet").tolist()
        [1, 2, 4]
    """

    name = "characters"

    def __init__(
        self, alphabet: str = "", *, max_length: int = CONTEXT, stride: int | None = None, lines: bool = False
    ) -> None:
        super().__init__(max_length=max_length, stride=stride, lines=lines)
        if len(set(alphabet)) < len(alphabet):
            raise UsageError("the alphabet names a character twice; let each stand there once")
        self._set(alphabet)

    def _set(self, alphabet: str) -> None:
        self.alphabet = alphabet
        self._pieces = tuple(map(bytes_of, alphabet))
        self._numbers = np.full(_CODES, -1, np.int64)
        self._numbers[_codes(alphabet)] = np.arange(len(alphabet))

    @property
    def pieces(self) -> tuple[bytes, ...]:
        if not self._pieces:
            raise UsageError("this representation knows no characters yet; call fit(texts) first")
        return self._pieces

    def fit(self, objects: Iterable[str]) -> Self:
        """Learn the characters, in the order of their codes. What is no text is passed over."""
        found = _characters(objects)
        if not found:
            raise RepresentationError("no character to learn: there is no text")
        self._set("".join(sorted(found)))
        return self

    def extend(self, objects: Iterable[str]) -> list[str]:
        """Put new characters behind the old ones, and return them."""
        new = sorted(_characters(objects).difference(self.alphabet))
        self._set(self.alphabet + "".join(new))
        return new

    def number(self, text: str) -> np.ndarray:
        bytes_of(text)  # refuses what is no text
        numbers = self._numbers[_codes(text)]
        if len(numbers) and numbers.min() < 0:
            place = int(numbers.argmin())
            raise RepresentationError(
                f"{shown(text)}: the character {text[place]!r} at place {place} is not among the {self.size} of this "
                "alphabet; leave the text out, or call extend() with it"
            )
        return numbers

    def to_config(self) -> dict[str, Any]:
        return {"alphabet": self.alphabet, **self.cutting}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _characters(texts: Iterable[str]) -> set[str]:
    return set().union(*(set(text) for text in texts if isinstance(text, str)))
