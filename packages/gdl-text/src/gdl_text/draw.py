"""Pictures of texts, as SVG."""

import textwrap
from collections.abc import Sequence
from html import escape
from typing import Literal

from gdl_core.errors import UsageError
from gdl_text.spelling import readable

LETTERS, LINES = 56, 14
"""How much of a text is drawn: lines of so many letters, at most so many of them."""

_LINE, _LETTER, _EDGE = 16, 7.3, 12


def grid(
    texts: Sequence[str],
    *,
    columns: int | None = None,
    legends: Sequence[str] | None = None,
    format: Literal["svg", "png"] = "svg",
) -> str:
    """Draw the beginning of each text in a cell of its own, `columns` of them in a row (default: two), as SVG text.

    Example:
        >>> grid(["To be,"]).startswith("<svg")
        True
    """
    if format != "svg":
        raise UsageError("texts are drawn as .svg files; end the name so")
    columns = min(columns or 2, max(len(texts), 1))
    cells = [_wrapped(text) for text in texts]
    width = LETTERS * _LETTER + 2 * _EDGE
    height = (max(map(len, cells), default=1) + (legends is not None)) * _LINE + 2 * _EDGE
    rows = -(-len(cells) // columns)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {columns * width:g} {rows * height:g}" '
        f'width="{columns * width:g}" height="{rows * height:g}" font-family="monospace" font-size="12">'
    ]
    for place, lines in enumerate(cells):
        row, column = divmod(place, columns)
        parts.append(_cell(column * width, row * height, width, height, lines, legends[place] if legends else None))
    return "".join([*parts, "</svg>"])


def _wrapped(text: str) -> list[str]:
    """Break a text into the lines that are drawn, with a sign where it goes on."""
    pieces = (textwrap.wrap(line, LETTERS, drop_whitespace=False) or [""] for line in readable(text).split("\n"))
    lines = [line for piece in pieces for line in piece]
    return lines if len(lines) <= LINES else [*lines[: LINES - 1], "…"]


def _cell(left: float, top: float, width: float, height: float, lines: Sequence[str], legend: str | None) -> str:
    said = f'<text x="{left + _EDGE:g}" y="{top + _EDGE + 10:g}" fill="#888">{escape(legend)}</text>' if legend else ""
    first = top + _EDGE + 10 + (_LINE if legend else 0)
    shown = "".join(
        f'<text x="{left + _EDGE:g}" y="{first + number * _LINE:g}" xml:space="preserve">{_printable(line)}</text>'
        for number, line in enumerate(lines)
    )
    place = f'x="{left + 2:g}" y="{top + 2:g}" width="{width - 4:g}" height="{height - 4:g}"'
    frame = f'<rect {place} fill="#fff" stroke="#ddd"/>'
    return frame + said + shown


def _printable(line: str) -> str:
    """Return a line as XML, which has no signs for control characters."""
    return escape("".join(letter if letter.isprintable() else "\ufffd" for letter in line.replace("\t", "    ")))
