"""Recipes for shapes learn furniture."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from benchmarks.shape_measures import boxes, furniture
from boards.board import Board, Column

from gdl_3d.domain import DOMAIN
from gdl_3d.metrics import Reference, evaluate
from gdl_3d.recipes import RECIPES
from gdl_3d.shape import Shape
from gdl_3d.shapes import Shapes
from gdl_core.pipeline import Pipeline
from gdl_core.recipes import Recipe


class Furniture(Board):
    """Meshes of furniture."""

    name = "furniture"
    help = "folder with the .sh3f files of sweethome3d-furniture"
    domain = DOMAIN
    title = "Shapes"
    columns = (
        Column("chamfer_1nna", "1-NNA", 3, lower=True),
        Column("chamfer_cov", "coverage", 3),
        Column("chamfer_mmd", "MMD", 4, lower=True, counts=False),
        Column("solid", "solid", 3, counts=False),
    )
    likelihood = "nats"
    counting = "counting"
    baseline = "boxes"
    picture = "png"
    drawn = 200

    @staticmethod
    def recipes() -> Sequence[Recipe]:
        return RECIPES

    @cached_property
    def parts(self) -> tuple[list[Shape], list[Shape]]:
        """What is learned, and what is held out."""
        return furniture(str(self.folder))

    def source(self) -> Path:
        """Write what is learned into a folder, once."""
        place = self.work / "train"
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            Shapes(self.parts[0]).save(place, form="npz")
        return place

    def held_out(self) -> Sequence[Shape]:
        return self.parts[1]

    @cached_property
    def reference(self) -> Reference:
        """What draws are held against, measured once."""
        place = self.work / "reference.npz"
        if not place.exists():
            Reference.measure(self.held_out()).save(place)
        return Reference.load(place)

    def quality(self, draws: Shapes) -> dict[str, float | None]:
        found = evaluate(draws, self.reference)
        return {column.name: found[column.name] for column in self.columns}

    def counted(self, pipeline: Pipeline) -> float | None:
        """Return nothing: cells, points and tokens of meshes have no likelihood in common."""
        return None

    def without_network(self, pipeline: Pipeline) -> dict[str, float | None]:
        """Measure boxes of the extents of shapes that are learned."""
        return self.quality(Shapes(boxes(self.parts[0][: self.drawn])))

    @classmethod
    def text(cls) -> str:
        return f"""Learned from 605 pieces of furniture (Sweet Home 3D's catalogue, CC0 or CC-BY) without classes;
215 are held out. {cls.drawn:,} draws are held against these, each as 512 points: `1-NNA` is the accuracy at which the
nearest neighbour tells draws from real shapes, at best 0.5, `coverage` the share of real shapes that are nearest to
some draw, `MMD` how near the nearest draw is, in Chamfer distance (Yang et al. 2019, arXiv:1906.12320), and `solid` the
share of meshes that are closed, of positive volume, and valid in manifold3d. Better by draws means a lower 1-NNA with
no less coverage. Nats are those of a shape as its representation holds it, and comparable within one only.

The baseline is boxes of the extents of shapes that are learned."""
