"""What recipes of one kind learn, what they are held against, and how the page tells of it."""

import argparse
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from gdl_core.data import is_dataset
from gdl_core.domains import Domain
from gdl_core.pipeline import Pipeline, prepare_files
from gdl_core.recipes import Recipe
from gdl_core.representation import Representation
from gdl_core.spaces import Sample

Found = Mapping[str, Any]
"""What was measured of a recipe or of a baseline, by name."""


@dataclass(frozen=True)
class Column:
    """A measure of draws: its name, what the page calls it, its decimals, which way is better, and whether it counts.

    Draws are better than others when they gain by the first measure that counts, and lose by none that does.
    """

    name: str
    title: str
    places: int
    lower: bool = False
    counts: bool = True

    def gain(self, one: Found, other: Found) -> float:
        """Return by how much a measure is better; one that could not be taken is worse than any other."""
        worst = math.inf if self.lower else -math.inf
        mine, theirs = (worst if found[self.name] is None else found[self.name] for found in (one, other))
        return 0.0 if mine == theirs else (theirs - mine if self.lower else mine - theirs)


def encoded(representation: Representation, objects: Sequence[Any]) -> list[Sample]:
    """Encode objects; those that the representation refuses are left out."""
    return [one for one in representation.encode_many(objects) if not isinstance(one, Exception)]


class Board(ABC):
    """The recipes that learn the same data, a table of the page.

    A board is made from the folder that the command line gives for it and a folder to work in.
    """

    name: ClassVar[str]
    """The option of the command line that takes the folder."""

    help: ClassVar[str]
    domain: ClassVar[Domain]
    title: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    likelihood: ClassVar[str]
    """The unit of likelihoods, as a heading."""

    counting: ClassVar[str]
    """What the baseline is called that has a likelihood."""

    baseline: ClassVar[str]
    """What the baseline is called whose draws are measured."""

    drawn: ClassVar[int] = 1_000
    picture: ClassVar[str] = "svg"

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder, self.work = folder, work / self.name

    @staticmethod
    @abstractmethod
    def recipes() -> Sequence[Recipe]:
        """Return the recipes of this table."""

    @classmethod
    @abstractmethod
    def text(cls) -> str:
        """Say what is learned, and what the measures are."""

    @abstractmethod
    def source(self) -> Path:
        """Return the file or folder to learn."""

    @abstractmethod
    def held_out(self) -> Sequence[Any]:
        """Return the objects whose likelihood is measured."""

    @abstractmethod
    def quality(self, draws: Any) -> dict[str, float | None]:
        """Return the measures of draws, by the names of `columns`."""

    @abstractmethod
    def counted(self, pipeline: Pipeline) -> float | None:
        """Return what held-out objects cost under a baseline without a network, in nats; None where there is none."""

    @abstractmethod
    def without_network(self, pipeline: Pipeline) -> dict[str, float | None]:
        """Return what the baseline without a network reaches; `pipeline` is that of a trained recipe."""

    @classmethod
    def scale(cls, space: Found) -> float:
        """Return by how much nats of a sample are divided, given the space as `to_config` tells it."""
        return 1.0

    @classmethod
    def is_better(cls, one: Found, other: Found) -> bool:
        """Tell whether draws are better than others, by what is known of the others."""
        first, *rest = [column.gain(one, other) for column in cls.columns if column.counts and column.name in other]
        return first > 0 and min(rest, default=0.0) >= 0

    def prepared(self, recipe: Recipe) -> Path:
        """Encode the data as a recipe wants it, once for all recipes that want the same."""
        options = "".join(f"-{name}-{value}" for name, value in recipe.representation_options.items())
        place = self.work / f"{recipe.representation}{options}-data"
        if not is_dataset(place):
            prepare_files(
                self.domain, [self.source()], place, representation=recipe.representation,
                representation_options=recipe.representation_options,
            )  # fmt: skip
        return place

    @classmethod
    def given(cls, arguments: argparse.Namespace) -> "Board | None":
        """Make the board, where the command line has its folder."""
        folder = getattr(arguments, cls.name)
        return cls(folder, arguments.work) if folder else None
