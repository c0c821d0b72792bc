"""Pictures of shapes: grids as SVG or PNG, strips and turntables, all without a display."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw

from gdl_3d.render import Picture, render, turntable
from gdl_core.errors import UsageError, nearest
from gdl_core.folders import new_file

CELL = 220
"""The width and height of a shape in a grid, in pixels."""

_ACROSS = 4
_LEGEND = 22  # pixels of height
_LONGEST_LEGEND = 32
_MILLISECONDS = 80  # that a picture of a turntable stands


def grid(
    shapes: Iterable[Any],
    *,
    columns: int | None = None,
    legends: Sequence[str] | None = None,
    format: Literal["svg", "png"] = "svg",
) -> str | bytes:
    """Draw shapes in rows of `columns` cells, 4 unless told; return SVG text, or the bytes of a PNG.

    The SVG holds its pictures. `legends` stand under the shapes. What is None gets an empty cell that says so. The same
    shapes give the same picture.

    Example:
        >>> from gdl_3d.shape import Shape
        >>> picture = grid([Shape(np.eye(3), np.array([[0, 1, 2]])), None])
        >>> picture.startswith("<svg") and "no shape" in picture
        True
    """
    if format not in ("svg", "png"):
        raise UsageError(f"pictures are svg or png, not {format!r}; {nearest(format, ['svg', 'png'])}")
    cells = list(shapes)
    columns = _ACROSS if columns is None else columns
    if columns < 1:
        raise UsageError(f"a grid has at least one column, not {columns}")
    if legends is not None and len(legends) != len(cells):
        raise UsageError(f"{len(legends)} legends for {len(cells)} shapes; give one for each")
    texts = [_shortened(text) for text in legends or [""] * len(cells)]
    drawn = [None if shape is None else render(shape.vertices, shape.faces, size=CELL) for shape in cells]
    across, down = max(1, min(columns, len(cells))), max(1, -(-len(cells) // columns))
    tall = CELL + (_LEGEND if any(texts) else 0)
    places = [(CELL * (place % across), tall * (place // across)) for place in range(len(cells))]
    if format == "png":
        return _png(_sheet(drawn, texts, places, (CELL * across, tall * down)))
    inside = "".join(map(_cell, drawn, texts, places))
    size = f'width="{CELL * across}" height="{tall * down}" viewBox="0 0 {CELL * across} {tall * down}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{inside}</svg>'


def _cell(picture: Picture | None, text: str, place: tuple[int, int]) -> str:
    x, y = place
    middle = f'text-anchor="middle" font-family="sans-serif" font-size="13" fill="#555" x="{x + CELL // 2}"'
    if picture is None:
        shown = f'<text {middle} y="{y + CELL // 2}">no shape</text>'
    else:
        data = b64encode(_png(Image.fromarray(picture))).decode()
        shown = f'<image x="{x}" y="{y}" width="{CELL}" height="{CELL}" href="data:image/png;base64,{data}"/>'
    return shown + (f'<text {middle} y="{y + CELL + 14}">{escape(text)}</text>' if text else "")


def _sheet(
    pictures: Sequence[Picture | None], texts: Sequence[str], places: Sequence[tuple[int, int]], size: tuple[int, int]
) -> Image.Image:
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for picture, text, (x, y) in zip(pictures, texts, places, strict=True):
        if picture is None:
            pen.text((x + CELL // 2, y + CELL // 2), "no shape", fill="#555555", anchor="mm")
        else:
            sheet.paste(Image.fromarray(picture), (x, y))
        pen.text((x + CELL // 2, y + CELL + _LEGEND // 2), text, fill="#555555", anchor="mm")
    return sheet


def save_turntable(shape: Any, path: str | Path, *, frames: int = 24, size: int = 256) -> Path:
    """Write a shape seen from all sides: a .gif that turns, or a .png with the views in rows of eight."""
    place = Path(path)
    if place.suffix.lower() not in (".gif", ".png"):
        raise UsageError(f"{place}: a turntable is a .gif or a .png file")
    views = turntable(shape.vertices, shape.faces, frames=frames, size=size)
    with new_file(place) as draft:
        if place.suffix.lower() == ".gif":
            first, *others = map(Image.fromarray, views)
            first.save(draft, "GIF", save_all=True, append_images=others, duration=_MILLISECONDS, loop=0)
        else:
            rows = [np.concatenate(row, 1) for row in (views[place : place + 8] for place in range(0, len(views), 8))]
            wide = max(row.shape[1] for row in rows)
            filled = [np.pad(row, ((0, 0), (0, wide - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
            draft.write_bytes(_png(Image.fromarray(np.concatenate(filled))))
    return place


def _png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_LEGEND else f"{text[: _LONGEST_LEGEND - 3]}..."
