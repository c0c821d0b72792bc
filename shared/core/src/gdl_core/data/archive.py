"""Named arrays in one .npz file that holds no pickle and is never half written."""

import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from gdl_core.errors import InputError, UsageError
from gdl_core.folders import naming_disk_errors

Arrays = Mapping[str, NDArray[Any]]


def save(path: str | Path, kind: str, arrays: Arrays, *, force: bool = False) -> Path:
    """Write arrays beside their place and move them in whole; an existing file is refused without `force`."""
    place = Path(path)
    if place.suffix != ".npz":
        raise UsageError(f"{place}: what is saved here is a .npz file; end its name so")
    if place.exists() and not force:
        raise UsageError(f"{place} exists already; choose another name, or ask to replace it")
    draft = place.with_name(f".{place.stem}.{uuid4().hex[:8]}.npz")
    with naming_disk_errors(place):
        try:
            np.savez_compressed(draft, kind=np.array(kind), **arrays)  # type: ignore[arg-type]
            os.replace(draft, place)
        finally:
            draft.unlink(missing_ok=True)
    return place


def load(path: str | Path, *kinds: str) -> dict[str, NDArray[Any]]:
    """Read the arrays that `save` wrote under one of these kinds, never a pickle; all else is an `InputError`."""
    try:
        with np.load(path, allow_pickle=False) as file:  # noqa: TID251
            arrays = {name: file[name] for name in file.files}
    except (OSError, EOFError, ValueError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path} cannot be read as {kinds[0]}: {error}; make it again") from None
    found = str(arrays.pop("kind", "something else"))
    if found not in kinds:
        raise InputError(f"{path} holds {found}, and {kinds[0]} was asked for; make it again")
    return arrays


def holds(path: str | Path, *kinds: str) -> bool:
    """Tell whether a file is an archive that `save` wrote under one of these kinds, without reading its arrays."""
    try:
        with np.load(path, allow_pickle=False) as file:  # noqa: TID251
            return str(file["kind"]) in kinds
    except (OSError, EOFError, ValueError, TypeError, KeyError, zipfile.BadZipFile, zlib.error):
        return False
