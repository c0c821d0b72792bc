"""The prose that shipped models learn: whole works are held out, and the end of every other one.

    apt-get download r-cran-janeaustenr bible-kjv-text
    for package in *.deb; do dpkg-deb --extract $package prose; done
    pip install rdata unlzw3

Jane Austen's six novels come from a lazy-load database of R (MIT), the King James Bible from the text file of Debian's
`bible-kjv-text`, for unrestricted use; the words of both are in the public domain.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from verses import divided

NOVELS = "usr/lib/R/site-library/janeaustenr/data/Rdata.rdx"
"""The index of the novels; the novels themselves end in `.rdb`."""

BIBLE = "usr/lib/bible.data"
"""The Bible: windows of its text, each packed by itself."""

HELD_OUT = ("northangerabbey", "Ruth", "Eccl", "Acts")
"""The works of which nothing is learned: a novel, and three books of the Bible that have no twin in it."""

FULL, MOST = 500, 900
"""A passage ends with the first paragraph after so many characters, or with the sentence before it has so many."""

_CHAPTER = re.compile(r"(?:CHAPTER|VOLUME|Chapter|Volume)\b.*")
_SENTENCE = re.compile(r'(?<=[.!?]["\'])\s+|(?<=[.!?;])\s+')
_VERSE = re.compile(r"([1-3]?[A-Z][a-z]+)(\d+):\d+ (.*)")


def parts(archive: Path) -> dict[str, list[str]]:
    """Return the passages to learn, those at the ends of the same works, and those of other works."""
    cut = ((name, [each for chapter in chapters for each in passages(chapter)]) for name, chapters in works(archive))
    return divided(cut, HELD_OUT)


def works(archive: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the name of each work, and the paragraphs of each of its chapters."""
    for name, lines in novels(archive / NOVELS):
        yield name, chapters(lines)
    yield from books(bible((archive / BIBLE).read_bytes()))


def novels(index: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the lines of each novel."""
    import rdata

    packed = index.with_suffix(".rdb").read_bytes()
    places = rdata.read_rds(index.open("rb"), default_encoding="utf-8")["variables"]
    for name, (start, size) in places.items():
        data = zlib.decompress(packed[start + 4 : start + size])  # four bytes say how long it is unpacked
        yield str(name), list(map(str, rdata.conversion.convert(rdata.parser.parse_data(data))))


def bible(data: bytes) -> str:
    """Unpack the Bible, a verse in each line."""
    from unlzw3 import unlzw

    count = struct.unpack_from(">I", data, 0x58)[0]
    places = struct.unpack_from(f">{count + 1}I", data, 0x5C)
    windows = (unlzw(b"\x1f\x9d\x90" + data[start:end]) for start, end in pairwise(places))
    return b"".join(windows).decode("ascii")


def chapters(lines: Iterable[str]) -> list[list[str]]:
    """Return the paragraphs of each chapter, without its heading and what stands before the first.

    Example:
        >>> chapters(["EMMA", "", "CHAPTER I", "", "", "Emma Woodhouse,", "handsome", "", "Sixteen years"])
        [['Emma Woodhouse, handsome', 'Sixteen years']]
    """
    found: list[list[str]] = []
    for paragraph in "\n".join(lines).split("\n\n"):
        text = " ".join(paragraph.split())
        if _CHAPTER.fullmatch(text):
            found.append([])
        elif text and found:
            found[-1].append(text)
    return [chapter for chapter in found if chapter]


def books(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the name of each book, and the verses of each of its chapters.

    Example:
        >>> list(books("Ge1:1 In the beginning\\nGe2:1 Thus the heavens\\nRuth1:1 Now it came to pass"))
        [('Ge', [['In the beginning'], ['Thus the heavens']]), ('Ruth', [['Now it came to pass']])]
    """
    found: dict[str, dict[str, list[str]]] = {}
    for book, chapter, verse in _VERSE.findall(text):
        found.setdefault(book, {}).setdefault(chapter, []).append(verse)
    for book, verses in found.items():
        yield book, list(verses.values())


def passages(chapter: Iterable[str]) -> Iterator[str]:
    """Cut a chapter into passages that end with a paragraph, or with a sentence where one is long.

    Example:
        >>> [len(passage) for passage in passages(["A word. " * 50, "Another one. " * 10, "One more. " * 20])]
        [529, 199]
    """
    waiting = ""
    for paragraph in chapter:
        for place, sentence in enumerate(_SENTENCE.split(paragraph.strip())):
            between = "" if not waiting else " " if place else "\n"
            if len(waiting) + len(between) + len(sentence) > MOST and waiting:
                yield waiting
                waiting, between = "", ""
            waiting += between + sentence
        if len(waiting) >= FULL:
            yield waiting
            waiting = ""
    if waiting:
        yield waiting
