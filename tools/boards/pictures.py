"""Recipes for pictures learn Fashion-MNIST."""

import math
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
from benchmarks.image_measures import gaussian, histogram_bits
from boards.board import Board, Column, Found

from gdl_core.pipeline import Pipeline
from gdl_core.recipes import Recipe
from gdl_image.arrays import Picture
from gdl_image.domain import DOMAIN
from gdl_image.files import read
from gdl_image.metrics import Reference, evaluate
from gdl_image.pictures import Pictures
from gdl_image.recipes import RECIPES

HELD_OUT = 500


class Fashion(Board):
    """Gray pictures of clothes."""

    name = "fashion"
    help = "folder with the four idx files of Fashion-MNIST"
    domain = DOMAIN
    title = "Pictures"
    columns = (
        Column("frechet", "Fréchet", 2, lower=True),
        Column("coverage", "coverage", 3),
        Column("recall", "recall", 3, counts=False),
        Column("unique", "unique", 3, counts=False),
    )
    likelihood = "bits per dimension"
    counting = "a histogram of each pixel"
    baseline = "a Gaussian of the pixels"
    picture = "png"

    @staticmethod
    def recipes() -> Sequence[Recipe]:
        return RECIPES

    def part(self, name: str) -> Path:
        """Return the file of the training set or of the test set."""
        return next(self.folder.glob(f"{name}-images-idx3-ubyte*"))

    def source(self) -> Path:
        return self.part("train")

    def held_out(self) -> Sequence[Picture]:
        """Read the first pictures of the test set."""
        return [record.object for record in islice(read(self.part("t10k")), HELD_OUT)]

    @cached_property
    def train(self) -> np.ndarray:
        """The training set. Shape: (pictures, height, width, channels)."""
        return np.stack([record.object for record in read(self.source())])

    @cached_property
    def reference(self) -> Reference:
        """The test set, measured once."""
        place = self.work / "reference.npz"
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            Reference.measure(read(self.part("t10k"))).save(place)
        return Reference.load(place)

    def quality(self, draws: Pictures) -> dict[str, float | None]:
        found = evaluate(draws, self.reference)
        return {column.name: found[column.name] for column in self.columns}

    def counted(self, pipeline: Pipeline) -> float | None:
        """Count how often each pixel has each value."""
        pictures = np.stack(self.held_out())
        return histogram_bits(self.train, pictures) * math.log(2) * pictures[0].size

    def without_network(self, pipeline: Pipeline) -> dict[str, float | None]:
        """Measure draws from a Gaussian with the mean and the full covariance of the pixels."""
        return self.quality(Pictures(gaussian(self.train, count=self.drawn)))

    @classmethod
    def scale(cls, space: Found) -> float:
        return math.log(2) * space["channels"] * math.prod(space["shape"])

    @classmethod
    def text(cls) -> str:
        return f"""Learned from the 60,000 training pictures of Fashion-MNIST, 28 by 28 in gray (Xiao et al. 2017,
arXiv:1708.07747), without their classes. Bits per dimension are the mean over the first {HELD_OUT:,} of the test set.
{cls.drawn:,} draws are held against all 10,000 of it, as a small classifier that comes with the package sees them:
`Fréchet` is the distance of Gaussians, `coverage` the share of real pictures with a draw near by, `recall` that of
those that lie among draws (Naeem et al. 2020, arXiv:2002.09797). Better by draws means a lower Fréchet distance with
no less coverage.

The baselines are a histogram of each pixel, with one added to all counts, and a Gaussian with the mean and the full
covariance of the pixels."""
