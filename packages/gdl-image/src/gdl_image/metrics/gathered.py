"""A set of pictures in memory, each small enough that ten thousand find room."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from gdl_core.errors import RepresentationError, Skipped
from gdl_core.representation import Record
from gdl_image.arrays import Picture, checked
from gdl_image.files.items import CLASS
from gdl_image.files.kinds import Skip
from gdl_image.measures import identity
from gdl_image.representations.layout import Layout

LARGEST = 128
"""Longer sides are shortened to so many pixels, which is all that any of the networks sees."""

Object = Picture | Record
"""A picture, or a record of a file that holds one."""


@dataclass(frozen=True)
class Gathered:
    """Pictures, the class of each (empty where it has none), and what tells each from others, all in one order."""

    pictures: list[Picture]
    classes: list[str]
    identities: list[str]

    @classmethod
    def of(cls, things: Iterable[Object | None], *, skipped: Skip | None = None) -> Self:
        """Take in pictures one by one; what is none goes to `skipped`.

        Example:
            >>> import numpy as np
            >>> found = Gathered.of([np.zeros((200, 20, 3), np.uint8), None])
            >>> [picture.shape for picture in found.pictures]
            [(128, 20, 3)]
        """
        found = cls([], [], [])
        for number, thing in enumerate(things, 1):
            record = thing if isinstance(thing, Record) else Record(thing, f"picture {number}")
            try:
                found.identities.append(identity(record.object))
            except RepresentationError as error:
                if skipped:
                    skipped(Skipped(record.where, str(error)))
                continue
            found.pictures.append(_reduced(checked(record.object)))
            found.classes.append(str(record.properties.get(CLASS, "")))
        return found


def _reduced(picture: Picture) -> Picture:
    height, width, channels = picture.shape
    return Layout(min(height, LARGEST), min(width, LARGEST), channels, "stretch").apply(picture)
