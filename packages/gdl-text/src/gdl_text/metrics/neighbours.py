"""Which text of a set is most like another, and how alike the two are."""

from collections.abc import Sequence

from gdl_core.errors import InputError
from gdl_text.metrics.embedding import features

_BLOCK = 512


def neighbours(texts: Sequence[str], known: Sequence[str]) -> list[tuple[int, float]]:
    """Return for each text the place of the nearest among the known, and their similarity from 0 to 1.

    That is the cosine of what runs of characters and words they are made of.

    Example:
        >>> neighbours(["to be"], ["or not", "to be"])
        [(1, 1.0)]
    """
    if not known:
        raise InputError("there is no text to compare with")
    best = [(0, -1.0)] * len(texts)
    own = features(texts)
    for start in range(0, len(known), _BLOCK):
        alike = own @ features(known[start : start + _BLOCK]).T / 2
        for place, row in enumerate(alike):
            nearest = int(row.argmax())
            if row[nearest] > best[place][1]:
                best[place] = start + nearest, float(row[nearest])
    return [(place, min(round(alike, 6), 1.0)) for place, alike in best]
