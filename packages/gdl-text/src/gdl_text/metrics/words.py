"""Measures of words: how varied they are, and whether they exist."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ORDER = 4
MOST = 200
"""Of more texts, `self_bleu` compares the first so many."""


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case: runs of letters and digits, with apostrophes inside.

    Example:
        >>> words("Thou'rt 3 - and so?")
        ["thou'rt", '3', 'and', 'so']
    """
    return [found.lower() for found in _WORD.findall(text)]


def distinct(texts: Sequence[Sequence[str]], size: int) -> float | None:
    """Return the share of different ones among all runs of `size` words (Li et al. 2016, arXiv:1510.03055).

    It falls as texts are added: compare equal amounts only. None where no text has so many words.

    Example:
        >>> distinct([["to", "be", "or", "not", "to", "be"]], 2)
        0.8
    """
    found = [run for text in texts for run in _runs(text, size)]
    return len(set(found)) / len(found) if found else None


def self_bleu(texts: Sequence[Sequence[str]], most: int = MOST) -> float | None:
    """Return the mean BLEU-4 of each text against all others (Zhu et al. 2018, arXiv:1802.01886): 1 where all agree.

    Precisions of no match count as half a match, as in NIST's smoothing. None for fewer than two texts of four words.

    Example:
        >>> self_bleu([["a", "b", "c", "d"]] * 2), round(self_bleu([["a", "b", "c", "d"], ["e", "f", "g", "h"]]), 3)
        (1.0, 0.226)
    """
    kept = [text for text in texts if len(text) >= _ORDER][:most]
    if len(kept) < 2:
        return None
    counts = [[Counter(_runs(text, size)) for text in kept] for size in range(1, _ORDER + 1)]
    tops = [_two_greatest(of_size) for of_size in counts]
    lengths = [len(text) for text in kept]
    return sum(_bleu(place, counts, tops, lengths) for place in range(len(kept))) / len(kept)


def known_share(texts: Sequence[Sequence[str]], dictionary: Collection[str]) -> float | None:
    """Return the share of words that stand in a dictionary; None where there are none.

    Example:
        >>> known_share([["to", "bee"]], {"to", "be"})
        0.5
    """
    found = [word in dictionary for text in texts for word in text]
    return sum(found) / len(found) if found else None


Run = tuple[str, ...]
Top = dict[Run, tuple[int, int, int]]


def _runs(text: Sequence[str], size: int) -> Iterable[Run]:
    return zip(*(text[start:] for start in range(size)), strict=False)


def _two_greatest(counts: Sequence[Counter[Run]]) -> Top:
    """Return for each run its greatest count, in which text that is, and the greatest count in any other."""
    top: Top = {}
    for place, of_text in enumerate(counts):
        for run, count in of_text.items():
            first, where, second = top.get(run, (0, -1, 0))
            top[run] = (count, place, first) if count > first else (first, where, max(second, count))
    return top


def _bleu(place: int, counts: Sequence[Sequence[Counter[Run]]], tops: Sequence[Top], lengths: Sequence[int]) -> float:
    """Return the BLEU of one text against all others."""
    logs = []
    for of_size, top in zip(counts, tops, strict=True):
        own = of_size[place]
        matched = 0
        for run, count in own.items():
            first, where, second = top[run]
            matched += min(count, second if where == place else first)
        logs.append(math.log(max(matched, 0.5) / own.total()))
    length = lengths[place]
    nearest = min((other for at, other in enumerate(lengths) if at != place), key=lambda n: (abs(n - length), n))
    return math.exp(sum(logs) / _ORDER + min(0.0, 1 - nearest / length))
