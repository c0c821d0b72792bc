"""Piano rolls: pitch upwards, time to the right, a colour for each track, and a line where a bar begins."""

from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO
from itertools import islice
from typing import Any, Literal, NamedTuple

from gdl_core.errors import UsageError, nearest
from gdl_music.piece import Piece

COLOURS = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed", "#0891b2", "#be185d", "#4d7c0f")
"""Of tracks, in turn; those of drums are gray."""

MOST_NOTES = 4000
"""So many notes of a piece are drawn, the first ones of each track."""

INVALID = "no piece"
"""What stands in the place of an object that is no piece."""

_DRUMS, _LINE, _FRAME = "#6b7280", "#e2e5ea", "#c3c8d0"
_HEIGHT, _GAP, _LEGEND, _FONT = 132, 12, 18, 11  # pixels
_WIDE, _NARROW = 720, 340
_FEWEST_PITCHES = 24
_MOST_LINES = 64
_LONGEST_LEGEND = 48


class Box(NamedTuple):
    """A rectangle in pixels from the upper left corner, and its colour."""

    x: float
    y: float
    width: float
    height: float
    colour: str


def grid(
    pieces: Iterable[Any],
    *,
    columns: int | None = None,
    legends: Sequence[str] | None = None,
    format: Literal["svg", "png"] = "svg",
) -> str | bytes:
    """Draw piano rolls in rows of `columns`, two unless told; return SVG text, or the bytes of a PNG.

    `legends` stand under the rolls. What is None gets an empty cell that says so.

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> picture = grid([Piece([Track((Note(0, 480, 60), Note(480, 480, 64)))]), None])
        >>> picture.startswith("<svg"), "no piece" in picture
        (True, True)
    """
    if format not in ("svg", "png"):
        raise UsageError(f"pictures are svg or png, not {format!r}; {nearest(format, ['svg', 'png'])}")
    cells = list(pieces)
    if columns is not None and columns < 1:
        raise UsageError(f"a grid has at least one column, not {columns}")
    if legends is not None and len(legends) != len(cells):
        raise UsageError(f"{len(legends)} legends for {len(cells)} pieces; give one for each")
    across = max(1, min(columns or 2, len(cells)))
    width = _WIDE if across == 1 else _NARROW
    tall = _HEIGHT + _GAP + (_LEGEND if legends else 0)
    places = [((width + _GAP) * (at % across) + _GAP / 2, tall * (at // across) + _GAP / 2) for at in range(len(cells))]
    size = (width + _GAP) * across, tall * max(1, -(-len(cells) // across))
    boxes = [box._replace(x=box.x + x, y=box.y + y) for cell, (x, y) in zip(cells, places, strict=True)
             for box in _boxes(cell, width)]  # fmt: skip
    texts = [(INVALID, x + width / 2, y + _HEIGHT / 2) for cell, (x, y) in zip(cells, places, strict=True) if not cell]
    texts += [
        (_shortened(text), x + width / 2, y + _HEIGHT + _LEGEND - 5)
        for text, (x, y) in zip(legends or (), places, strict=False)
    ]
    return _png(boxes, texts, size) if format == "png" else _svg(boxes, texts, size)


def _boxes(piece: Piece | None, width: int) -> list[Box]:
    """Return the frame, the lines of bars and the notes of one roll."""
    boxes = [Box(0, 0, width, _HEIGHT, _FRAME), Box(1, 1, width - 2, _HEIGHT - 2, "#ffffff")]
    if piece is None or not piece.note_count:
        return boxes
    inner = width - 8
    bars = piece.bar_starts()
    for tick in bars[:: -(-len(bars) // _MOST_LINES)]:
        boxes.append(Box(4 + inner * tick / piece.end, 1, 1, _HEIGHT - 2, _LINE))
    pitches = [note.pitch for note in piece.notes]
    spare = max(0, _FEWEST_PITCHES - (max(pitches) - min(pitches) + 1))
    top = max(pitches) + spare // 2
    row = (_HEIGHT - 8) / (top - min(pitches) + spare - spare // 2 + 1)
    colours = iter(COLOURS * (len(piece.tracks) // len(COLOURS) + 1))
    share = max(1, MOST_NOTES // len(piece.tracks))
    for track in piece.tracks:
        colour = _DRUMS if track.drums else next(colours)
        for note in islice(track.notes, share):
            length = max(1.0, inner * note.duration / piece.end - 0.5)
            boxes.append(Box(4 + inner * note.start / piece.end, 4 + row * (top - note.pitch), length, row, colour))
    return boxes


def _svg(boxes: Sequence[Box], texts: Sequence[tuple[str, float, float]], size: tuple[int, int]) -> str:
    width, height = size
    drawn = "".join(
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" fill="{box.colour}"/>'
        for box in boxes
    )
    written = "".join(
        f'<text x="{x:g}" y="{y:g}" text-anchor="middle" font-family="sans-serif" font-size="{_FONT}" '
        f'fill="{"#6b7280" if text == INVALID else "currentColor"}">{escape(text)}</text>'
        for text, x, y in texts
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    return f"{head}{drawn}{written}</svg>"


def _png(boxes: Sequence[Box], texts: Sequence[tuple[str, float, float]], size: tuple[int, int]) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(_FONT)
    for box in boxes:
        right, lower = max(box.x, box.x + box.width - 1), max(box.y, box.y + box.height - 1)
        pen.rectangle((box.x, box.y, right, lower), fill=box.colour)
    for text, x, y in texts:
        pen.text((x, y), text, "black", font, anchor="mm")
    file = BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_LEGEND else f"{text[: _LONGEST_LEGEND - 3]}..."
