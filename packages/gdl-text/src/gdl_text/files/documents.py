"""Text files as documents."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from gdl_core.representation import Record
from gdl_text.files.kinds import SEPARATOR
from gdl_text.files.opening import opened

PART = 1 << 20
"""A document of more characters comes in parts of about so many, which end at the end of a line."""

BETWEEN = re.compile(rf"^{re.escape(SEPARATOR)}[ \t]*(?:\n|\Z)", re.MULTILINE)


def read_documents(source: str | Path, name: str) -> Iterator[Record]:
    """Read a file as one document, or as several with a line ``<|endoftext|>`` between them.

    Line ends become ``\\n``, and the last one of a document is no part of it. Documents of nothing but space are passed
    over. Of a very long one, each part stands as a document of its own.
    """
    with opened(source, name) as text:
        waiting, line = "", 1
        for block in _blocks(text):
            first, *others = BETWEEN.split(block)
            waiting += first
            for other in others:
                yield from _record(waiting.removesuffix("\n"), f"{name}:{line}")
                line += waiting.count("\n") + 1
                waiting = other
            if len(waiting) >= PART:
                yield from _record(waiting, f"{name}:{line}")
                line += waiting.count("\n")
                waiting = ""
        yield from _record(waiting.removesuffix("\n"), f"{name}:{line}")


def _record(text: str, where: str) -> Iterator[Record]:
    if text.strip():
        yield Record(text, where)


def _blocks(text: TextIO) -> Iterator[str]:
    """Yield blocks that end at the end of a line, unless a line is longer than a block."""
    while block := text.read(PART):
        yield block if block.endswith("\n") else block + text.readline(PART)
