"""What all representations of text have in common: a text is numbered, and one that is too long is cut in windows."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gdl_core.errors import InputError, RepresentationError, UsageError
from gdl_core.representation import Representation
from gdl_core.spaces import Tokens
from gdl_text.representations.middles import in_order, rearranged
from gdl_text.spelling import shown, text_of

CONTEXT = 256
"""The most tokens of a sample, unless told otherwise."""


class TextRepresentation(Representation):
    """A text as a sequence of at most `max_length` tokens; a subclass says what these are.

    A model learns a longer text in windows of `max_length` tokens, of which each begins `stride` tokens behind the one
    before. The last one of a text may be shorter, and it alone has an end: a sample that fills the context is cut.
    With `lines` each line of a text is a text of its own, such as a verse or a sentence; empty ones are left out.
    """

    def __init__(self, *, max_length: int = CONTEXT, stride: int | None = None, lines: bool = False) -> None:
        """`stride` is by default `max_length`: windows do not overlap."""
        if max_length < 1:
            raise UsageError(f"max_length={max_length} holds no text; it must be 1 or more")
        if stride is not None and not 1 <= stride <= max_length:
            raise UsageError(f"stride={stride} does not fit; it must be between 1 and max_length, {max_length}")
        self.max_length, self.stride, self.lines = max_length, stride, lines

    @property
    @abstractmethod
    def pieces(self) -> Sequence[bytes]:
        """The bytes of each token, in the order of their numbers."""

    @property
    def size(self) -> int:
        """How many tokens of text there are."""
        return len(self.pieces)

    @property
    def marks(self) -> tuple[int, ...]:
        """The tokens behind those of text by which a model learns to fill a gap (`middles`), or none."""
        return ()

    @abstractmethod
    def number(self, text: str) -> np.ndarray:
        """Return the numbers of a text's tokens, however many, or refuse the text. Shapes: (length,), int64."""

    @property
    def space(self) -> Tokens:  # type: ignore[override]  # known only after `fit`
        """The sequences of these tokens."""
        return Tokens(self.size + len(self.marks), self.max_length)

    @property
    def overlap(self) -> int:  # type: ignore[override]  # follows from how texts are cut
        """In how many of the windows behind it a part of a window comes again."""
        return math.ceil(self.max_length / (self.stride or self.max_length)) - 1

    def encode(self, object: str) -> Tensor:
        """Number the tokens of a text. Shapes: (length,)."""
        numbers = self.number(object)
        if len(numbers) > self.max_length:
            raise RepresentationError(
                f"{shown(object)}: {len(numbers):,} tokens, and a sample holds at most {self.max_length}; shorten it"
            )
        return torch.from_numpy(numbers)

    def encode_windows(self, objects: Sequence[str]) -> list[list[Tensor] | InputError]:
        """Number the tokens of texts of any length, cut into the windows that a model learns.

        With `marks`, each window that has room for it comes again with its middle last.

        Example:
            >>> from gdl_text.representations import Bytes
            >>> Bytes(max_length=4).encode_windows(["abcdef"])
            [[tensor([ 97,  98,  99, 100]), tensor([101, 102])]]
        """

        def attempt(text: str) -> list[Tensor] | InputError:
            try:
                parts = self.parts(text)
                windows = [window for part in parts for window in self._windows(torch.from_numpy(self.number(part)))]
                return windows + self._rearranged(windows) if self.marks else windows
            except InputError as refusal:
                return refusal

        return list(map(attempt, objects))

    def decode(self, sample: Tensor) -> str:
        """Join the pieces to a text; bytes that are no UTF-8 stay as they are."""
        try:
            return text_of(b"".join([self.pieces[number] for number in in_order(sample.tolist(), self.marks)]))
        except IndexError:
            raise RepresentationError(f"a token of number {int(sample.max())}; there are {self.size}") from None

    def parts(self, text: str) -> list[str]:
        """Return what stands for itself in a text: all of it, or each line."""
        return [line for line in text.split("\n") if line.strip()] if self.lines else [text]

    def _windows(self, tokens: Tensor) -> list[Tensor]:
        step = self.stride or self.max_length
        starts = range(0, max(len(tokens) - self.max_length + step, 1), step)
        return [tokens[start : start + self.max_length] for start in starts]

    def _rearranged(self, windows: Sequence[Tensor]) -> list[Tensor]:
        texts = [self.decode(window) for window in windows]
        found = [rearranged(text, self.number, self.marks, self.max_length) for text in texts]
        return [torch.tensor(tokens) for tokens in found if tokens is not None]

    @property
    def cutting(self) -> dict[str, Any]:
        """How texts are cut, as the options that say so."""
        return {"max_length": self.max_length, "stride": self.stride, "lines": self.lines}

    def encode_prefix(self, prefix: str) -> list[int]:
        """Number the tokens of the beginning of a text."""
        return self.number(prefix).tolist()
