"""Write pictures as what the name of the place says; it appears whole or not at all."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gdl_core.errors import Skipped, UsageError, nearest
from gdl_core.folders import new_file, new_folder
from gdl_image.arrays import Picture, recoloured, to_pillow
from gdl_image.files.kinds import Skip
from gdl_image.sheet import enlarged, enlargement, sheet

KINDS = {".png": "sheet", ".gif": "walk", ".npz": "npz", "": "folder"}
"""What is written by the end of its name; a name without one is a folder."""

DESCRIPTION = "samples.json"
"""The file that tells a folder of ours from one that must not be replaced."""

_FRAME = 150  # milliseconds


def kind_of_output(path: Path) -> str:
    """Return what a place to write to will hold.

    Example:
        >>> kind_of_output(Path("new.png")), kind_of_output(Path("new"))
        ('sheet', 'folder')
    """
    suffix = path.suffix.lower()
    if suffix not in KINDS:
        raise UsageError(
            f"{path}: pictures are written to a .png (all in one), a .gif (one after the other), an .npz, or a folder "
            f"(a name without an end); {nearest(suffix, filter(None, KINDS))}"
        )
    return KINDS[suffix]


def save(
    pictures: Sequence[Picture | None],
    path: str | Path,
    *,
    columns: int | None = None,
    force: bool = False,
    skipped: Skip = lambda what: None,
) -> Path:
    """Write a folder of PNG files, one .png with all of them in rows, a .gif, or an .npz, as the name says.

    In an .npz the array ``images`` holds those of one size. What is None has an empty place in a .png, and is skipped
    elsewhere. What exists already is refused without `force`; a folder is replaced only if it was written here.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp()) / "new"
        >>> sorted(path.name for path in save([np.zeros((4, 4, 1), np.uint8)] * 2, place).iterdir())
        ['1.png', '2.png', 'samples.json']
    """
    place = Path(path)
    kind = kind_of_output(place)
    _check(place, kind, force=force)
    if kind == "sheet":
        _write(place, _png(sheet(pictures, columns=columns)))
        return place
    there = [(number, picture) for number, picture in enumerate(pictures, 1) if picture is not None]
    for number, picture in enumerate(pictures, 1):
        if picture is None:
            skipped(Skipped(f"picture {number}", "it is none, so it is not written"))
    if kind == "folder":
        _write_folder(place, there, len(pictures), force=force)
    else:
        shown = [picture for _, picture in there]
        if not shown:
            raise UsageError(f"{place}: there is no picture to write")
        _write(place, _gif(shown) if kind == "walk" else _npz(shown))
    return place


def _check(place: Path, kind: str, *, force: bool) -> None:
    if not place.exists():
        return
    if not force:
        raise UsageError(f"{place} exists already; choose another name, or ask to replace it")
    if place.is_dir() and (kind != "folder" or not (place / DESCRIPTION).is_file()):
        raise UsageError(f"{place} is a folder that was not written here, so it is not replaced; choose another name")


def _write(place: Path, data: bytes) -> None:
    with new_file(place) as draft:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)


def _write_folder(place: Path, pictures: Sequence[tuple[int, Picture]], count: int, *, force: bool) -> None:
    digits = len(str(count))
    with new_folder(place, replace=force) as folder:
        for number, picture in pictures:
            (folder / f"{number:0{digits}}.png").write_bytes(_png(picture))
        (folder / DESCRIPTION).write_text(json.dumps({"count": len(pictures)}) + "\n", encoding="utf-8")


def _png(picture: Picture) -> bytes:
    file = io.BytesIO()
    to_pillow(picture).save(file, "PNG")
    return file.getvalue()


def _gif(pictures: Sequence[Picture]) -> bytes:
    """Show pictures one after the other, for ever; small ones enlarged, on white."""
    times = enlargement(*pictures[0].shape[:2])
    channels = 1 if all(picture.shape[2] == 1 for picture in pictures) else 3
    first, *others = (to_pillow(enlarged(recoloured(picture, channels), times)) for picture in pictures)
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=others, duration=_FRAME, loop=0)
    return file.getvalue()


def _npz(pictures: Sequence[Picture]) -> bytes:
    shapes = {picture.shape for picture in pictures}
    if len(shapes) > 1:
        raise UsageError(f"an .npz holds pictures of one size and colour, and here are {len(shapes)}; name a folder")
    file = io.BytesIO()
    np.savez_compressed(file, images=np.stack(pictures))
    return file.getvalue()
