"""Texts with their middle last, by which a model that writes from left to right learns to fill a gap.

Three marks stand behind the tokens of text: before the beginning, before the end, and before the middle.
Bavarian et al. (2022), arXiv:2207.14255, in their order of prefix, suffix, middle.
"""

from collections.abc import Callable, Sequence
from zlib import crc32

import numpy as np

from gdl_core.errors import RepresentationError
from gdl_text.spelling import bytes_of

MARKS = 3
"""How many tokens say what is beginning, end and middle."""

LEAST = 16
"""The least length of a sample that has room for the marks and a text in three parts."""


def middle_last(beginning: Sequence[int], end: Sequence[int], marks: Sequence[int]) -> list[int]:
    """Return what a model reads before it writes the middle.

    Example:
        >>> middle_last([1, 2], [4], (7, 8, 9))
        [7, 1, 2, 8, 4, 9]
    """
    return [marks[0], *beginning, marks[1], *end, marks[2]]


def in_order(tokens: Sequence[int], marks: Sequence[int]) -> Sequence[int]:
    """Put the middle back into its place, and take the marks away.

    Raises:
        RepresentationError: The marks are not there once each, and in their order.

    Example:
        >>> in_order([7, 1, 2, 8, 4, 9, 3], (7, 8, 9))
        [1, 2, 3, 4]
    """
    places = [place for place, token in enumerate(tokens) if token in marks]
    if not places:
        return tokens
    if [tokens[place] for place in places] != list(marks) or places[0] != 0:
        raise RepresentationError("the marks of beginning, end and middle are not in order")
    _, end, middle = places
    return [*tokens[1:end], *tokens[middle + 1 :], *tokens[end + 1 : middle]]


def rearranged(
    text: str, number: Callable[[str], np.ndarray], marks: Sequence[int], max_length: int
) -> list[int] | None:
    """Cut a text at two places that its own bytes decide, and put the middle last; None where it does not fit.

    What is too long is cut at its end, so that the middle always comes to an end.
    """
    random = np.random.default_rng(crc32(bytes_of(text)))
    first, last = sorted(random.integers(0, len(text) + 1, 2).tolist())
    beginning, middle, end = (number(part).tolist() for part in (text[:first], text[first:last], text[last:]))
    room = max_length - 1 - MARKS - len(beginning) - len(middle)  # one is left for the end of the sample
    return None if room < 0 else [*middle_last(beginning, end[:room], marks), *middle]
