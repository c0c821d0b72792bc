"""Pieces that can be heard, in a page that loads nothing from anywhere."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from gdl_core.errors import InputError
from gdl_music.draw import grid
from gdl_music.piece import Piece
from gdl_music.sound import wav_bytes

SECONDS = 20
"""So much of each piece is heard, that the page stays small."""

_RATE = 11_025


def view(pieces: Sequence[Piece]) -> tuple[str, str]:
    """Return HTML with a player and a piano roll of each piece, and the script that it needs: none.

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> html, script = view([Piece([Track((Note(0, 480, 69),))])])
        >>> html.count("<audio"), html.count("<svg"), script
        (1, 1, '')
    """
    return "".join(map(_figure, pieces)), ""


def _figure(piece: Piece) -> str:
    heard = piece.span(0, _tick_of(piece, SECONDS))
    caption = f"{piece!r}, {piece.seconds:.0f} s"
    if piece.seconds > SECONDS:
        caption += f"; the first {SECONDS} s are heard"
    roll = str(grid([piece]))
    return (
        f'<figure style="margin:0 0 1.5rem">{roll}{_player(heard)}'
        f'<figcaption class="note">{escape(caption)}</figcaption></figure>'
    )


def _player(piece: Piece) -> str:
    try:
        sound = b64encode(wav_bytes(piece, rate=_RATE)).decode()
    except InputError as error:
        return f'<p class="note">There is no sound of it: {escape(str(error))}</p>'
    style = "display:block;width:100%;max-width:720px"
    return f'<audio controls preload="none" style="{style}" src="data:audio/wav;base64,{sound}"></audio>'


def _tick_of(piece: Piece, second: float) -> int:
    """Return the tick at which so much of a piece has been heard, or its end."""
    low, high = 0, piece.end
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if piece.second_of(middle) <= second else (low, middle - 1)
    return max(low, 1)
