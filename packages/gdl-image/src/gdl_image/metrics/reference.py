"""A set of pictures, measured once, that others are compared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gdl_core.data import archive
from gdl_core.errors import InputError, RepresentationError, Skipped
from gdl_core.representation import Record
from gdl_image.arrays import Picture, checked
from gdl_image.features import Features, find, fitting
from gdl_image.files.items import CLASS
from gdl_image.files.kinds import Skip
from gdl_image.representations.layout import Layout

KIND = "gdl-image reference 1"

PROBES = 2000
"""How many pictures of a reference are kept, to see how near real ones come to those that were trained on."""

Object = Picture | Record
"""A picture, or a record of a file that holds one."""


@dataclass(frozen=True)
class Reference:
    """What a network sees of a set of pictures, the classes that they have, and some of the pictures themselves.

    `features` names the network. `classes` are empty texts where no class is known; `probes` are up to `PROBES` of the
    pictures, evenly spread over the set, all in the form of most.

    Shapes: vectors (pictures, features), seen (pictures,), classes (pictures,), probes (some, height, width, channels).

    Example:
        >>> reference = Reference.measure([np.zeros((28, 28, 1), np.uint8)] * 3)
        >>> reference
        Reference(3 pictures, seen by fashion)
    """

    features: str
    vectors: NDArray[np.float32]
    seen: NDArray[np.int64]
    classes: NDArray[np.str_]
    probes: NDArray[np.uint8]

    @classmethod
    def measure(
        cls,
        pictures: Iterable[Object | None],
        *,
        features: str | None = None,
        device: str = "cpu",
        skipped: Skip | None = None,
    ) -> Self:
        """Measure pictures of any size; what is none is left out, and named to `skipped`.

        Without `features`, gray pictures are seen by ``fashion`` and colours by ``lite0``.
        """
        arrays, classes = gather(pictures, skipped=skipped)
        if not arrays:
            raise InputError("the reference holds no picture to compare with")
        network = found_features(features, arrays)
        seen = network.see(arrays, device=device)
        places = np.linspace(0, len(arrays) - 1, min(PROBES, len(arrays))).astype(int)
        layout = Layout.decided(arrays, size=None, channels=None)
        probes = np.stack([layout.apply(arrays[place]) for place in places])
        return cls(network.name, seen.vectors, seen.classes, np.array(classes, dtype=np.str_), probes)

    def __len__(self) -> int:
        return len(self.vectors)

    def __repr__(self) -> str:
        return f"Reference({len(self):,} pictures, seen by {self.features})"

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write a .npz file; an existing one is refused without `force`."""
        return archive.save(path, KIND, {**vars(self), "features": np.array(self.features)}, force=force)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote. No pickle is opened."""
        arrays: dict[str, Any] = archive.load(path, KIND)
        try:
            reference = cls(**{**arrays, "features": str(arrays["features"])})
        except (KeyError, TypeError) as error:
            raise InputError(f"{path} is damaged: {error}; make it again") from None
        if not reference._is_sound():
            raise InputError(f"{path} is damaged: its parts do not fit together; make it again")
        return reference

    def _is_sound(self) -> bool:
        count = len(self.vectors)
        return (
            count > 0
            and self.vectors.ndim == 2
            and bool(np.isfinite(self.vectors).all())
            and self.seen.shape == self.classes.shape == (count,)
            and self.seen.dtype == np.int64
            and self.classes.dtype.kind == "U"
            and self.probes.ndim == 4
            and self.probes.dtype == np.uint8
        )


def gather(pictures: Iterable[Object | None], *, skipped: Skip | None = None) -> tuple[list[Picture], list[str]]:
    """Return what is a picture, and the class of each, empty where there is none; the rest goes to `skipped`."""
    arrays, classes = list[Picture](), list[str]()
    for number, thing in enumerate(pictures, 1):
        record = thing if isinstance(thing, Record) else Record(thing, f"picture {number}")
        try:
            arrays.append(checked(record.object))
            classes.append(str(record.properties.get(CLASS, "")))
        except RepresentationError as error:
            if skipped:
                skipped(Skipped(record.where, str(error)))
    return arrays, classes


def found_features(name: str | None, pictures: Iterable[Picture]) -> Features:
    """Return the features of this name, or without one, those that fit most of the pictures."""
    if name is None:
        name = fitting(Layout.decided(pictures, size=(1, 1), channels=None).channels)
    return find(name)
