"""Write pieces as what the name of the place says; it appears whole or not at all."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from gdl_core.errors import Skipped, UsageError, nearest
from gdl_core.folders import new_file, new_folder
from gdl_music.draw import grid
from gdl_music.files.kinds import Skip
from gdl_music.files.midi import midi_bytes
from gdl_music.piece import Piece
from gdl_music.sound import wav_bytes

DESCRIPTION = "samples.json"
"""The file that tells a folder of ours from one that must not be replaced."""


def _score(piece: Piece) -> bytes:
    from gdl_music.scores import musicxml_bytes

    return musicxml_bytes(piece)


def _roll(piece: Piece) -> bytes:
    picture = grid([piece], format="png")
    assert isinstance(picture, bytes)
    return picture


WRITERS: dict[str, Callable[[Piece], bytes]] = {
    ".mid": midi_bytes,
    ".midi": midi_bytes,
    ".musicxml": _score,
    ".xml": _score,
    ".png": _roll,
}
"""What writes one piece, by the end of the name; a name without one is a folder of MIDI files."""

SOUND = ".wav"


def save(
    pieces: Sequence[Piece | None],
    path: str | Path,
    *,
    force: bool = False,
    skipped: Skip = lambda what: None,
    synthesiser: str = "plain",
) -> Path:
    """Write a folder of MIDI files, or one piece as .mid, .musicxml, .wav or .png (a piano roll), as the name says.

    Sound is made by the `synthesiser`, ``plain`` or ``fluidsynth``. What is None is skipped. What exists already is
    refused without `force`; a folder is replaced only if it was written here.

    Example:
        >>> import tempfile
        >>> from gdl_music.piece import Note, Track
        >>> place = Path(tempfile.mkdtemp()) / "new"
        >>> sorted(path.name for path in save([Piece([Track((Note(0, 480, 60),))])] * 2, place).iterdir())
        ['1.mid', '2.mid', 'samples.json']
    """
    place = Path(path)
    suffix = place.suffix.lower()
    kinds = [*WRITERS, SOUND]
    if suffix and suffix not in kinds:
        raise UsageError(
            f"{place}: pieces are written to a folder (a name without an end), or one to {', '.join(kinds)}; "
            f"{nearest(suffix, kinds)}"
        )
    _check(place, is_folder=not suffix, force=force)
    there = [(number, piece) for number, piece in enumerate(pieces, 1) if piece is not None]
    if suffix and len(pieces) > 1:
        raise UsageError(f"{place} holds one piece, and here are {len(pieces):,}; name a folder, such as {place.stem}")
    for number, piece in enumerate(pieces, 1):
        if piece is None:
            skipped(Skipped(f"piece {number}", "it is none, so it is not written"))
    if not suffix:
        _write_folder(place, there, len(pieces), force=force)
    elif not there:
        raise UsageError(f"{place}: there is no piece to write")
    else:
        piece = there[0][1]
        data = wav_bytes(piece, synthesiser=synthesiser) if suffix == SOUND else WRITERS[suffix](piece)
        place.parent.mkdir(parents=True, exist_ok=True)
        with new_file(place) as draft:
            draft.write_bytes(data)
    return place


def _check(place: Path, *, is_folder: bool, force: bool) -> None:
    if not place.exists():
        return
    if not force:
        raise UsageError(f"{place} exists already; choose another name, or ask to replace it")
    if place.is_dir() and not (is_folder and (place / DESCRIPTION).is_file()):
        raise UsageError(f"{place} is a folder that was not written here, so it is not replaced; choose another name")


def _write_folder(place: Path, pieces: Sequence[tuple[int, Piece]], count: int, *, force: bool) -> None:
    digits = len(str(count))
    with new_folder(place, replace=force) as folder:
        for number, piece in pieces:
            (folder / f"{number:0{digits}}.mid").write_bytes(midi_bytes(piece))
        (folder / DESCRIPTION).write_text(json.dumps({"count": len(pieces)}) + "\n", encoding="utf-8")
