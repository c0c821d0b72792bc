"""Pictures on a page: many in rows, with a line under each, as SVG or PNG."""

import base64
import io
from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from gdl_core.errors import RepresentationError, UsageError, nearest
from gdl_image.arrays import Picture, checked, from_pillow, recoloured, to_pillow
from gdl_image.sheet import enlarged

INVALID = "no picture"
"""What stands in the place of an object that is no picture."""

_CELL, _GAP, _LINE, _FONT, _LETTER = 96, 8, 18, 11, 6  # pixels
_LARGEST = 256
_LONGEST_LEGEND = 36


def grid(
    pictures: Iterable[Picture | None],
    *,
    columns: int | None = None,
    legends: Sequence[str] | None = None,
    format: Literal["svg", "png"] = "svg",
) -> str | bytes:
    """Draw pictures in rows of `columns` cells (eight unless asked); return SVG text or the bytes of a PNG.

    `legends` stand under the pictures. The pixels of small pictures are shown as squares; in an SVG, transparent ones
    let the page show. An object that is no picture gets an empty cell that says so.

    Example:
        >>> import numpy as np
        >>> picture = grid([np.zeros((28, 28, 1), np.uint8), None], legends=["a", "b"])
        >>> picture.startswith("<svg"), picture.count("<image"), "no picture" in picture
        (True, 1, True)
    """
    if format not in ("svg", "png"):
        raise UsageError(f"pictures are svg or png, not {format!r}; {nearest(format, ['svg', 'png'])}")
    cells = [_drawable(picture) for picture in pictures]
    if legends is not None and len(legends) != len(cells):
        raise UsageError(f"{len(legends)} legends for {len(cells)} pictures; give one for each")
    if columns is not None and columns < 1:
        raise UsageError(f"a grid has at least one column, not {columns}")
    columns = columns or min(8, max(1, len(cells)))
    texts = [_shortened(text) for text in legends] if legends else None
    return _png(cells, columns, texts) if format == "png" else _svg(cells, columns, texts)


def _drawable(picture: Picture | None) -> Picture | None:
    """Return the picture large enough to be seen and small enough for a page."""
    try:
        picture = checked(picture)
    except RepresentationError:
        return None
    if max(picture.shape[:2]) <= _LARGEST:
        return picture
    image = to_pillow(picture)
    image.thumbnail((_LARGEST, _LARGEST))
    return from_pillow(image)


def _cell(cells: Sequence[Picture | None], texts: Sequence[str] | None) -> int:
    """Return the side of a cell, so that pixels of small pictures are whole squares and legends find room."""
    side = max((max(cell.shape[:2]) for cell in cells if cell is not None), default=_CELL)
    longest = max(map(len, texts or [""])) * _LETTER
    return side * max(1, _CELL // side, -(-longest // side))


def _svg(cells: Sequence[Picture | None], columns: int, texts: Sequence[str] | None) -> str:
    side = _cell(cells, texts)
    across, down = side + _GAP, side + _GAP + (_LINE if texts else 0)
    parts = []
    for place, cell in enumerate(cells):
        x, y = place % columns * across + _GAP / 2, place // columns * down + _GAP / 2
        middle = x + side / 2
        if cell is None:
            parts.append(_text(INVALID, middle, y + side / 2))
        else:
            parts.append(_image(cell, x, y, side))
        if texts:
            parts.append(_text(texts[place], middle, y + side + _LINE - 4))
    width, height = min(columns, max(1, len(cells))) * across, max(1, -(-len(cells) // columns)) * down
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'


def _image(cell: Picture, x: float, y: float, side: int) -> str:
    data = base64.b64encode(_encoded(cell)).decode()
    return (
        f'<image x="{x:g}" y="{y:g}" width="{side}" height="{side}" style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{data}"/>'
    )


def _text(text: str, x: float, y: float) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="middle" font-family="sans-serif" font-size="{_FONT}" '
        f'fill="currentColor">{escape(text)}</text>'
    )


def _png(cells: Sequence[Picture | None], columns: int, texts: Sequence[str] | None) -> bytes:
    side = _cell(cells, texts)
    across, down = side + _GAP, side + _GAP + (_LINE if texts else 0)
    rows = max(1, -(-len(cells) // columns))
    page = Image.new("RGB", (min(columns, max(1, len(cells))) * across, rows * down), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(_FONT)
    for place, cell in enumerate(cells):
        x, y = place % columns * across + _GAP // 2, place // columns * down + _GAP // 2
        if cell is None:
            pen.text((x + side // 2, y + side // 2), INVALID, "black", font, anchor="mm")
        else:
            image = to_pillow(enlarged(recoloured(cell, 3), max(1, side // max(cell.shape[:2]))))
            page.paste(image, (x + (side - image.width) // 2, y + (side - image.height) // 2))
        if texts:
            pen.text((x + side // 2, y + side + _LINE // 2), texts[place], "black", font, anchor="mm")
    return _encoded(from_pillow(page))


def _encoded(picture: Picture) -> bytes:
    file = io.BytesIO()
    to_pillow(picture).save(file, "PNG")
    return file.getvalue()


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_LEGEND else f"{text[: _LONGEST_LEGEND - 3]}..."
