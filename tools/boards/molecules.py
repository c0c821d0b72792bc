"""Recipes for molecules: those that write tokens learn MOSES, those that make graphs learn QM9."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from boards.board import Board, Column, encoded
from boards.counting import Independent, counted_nats

from gdl_core.pipeline import Pipeline
from gdl_core.recipes import Recipe
from gdl_molecules.chemistry import canonical
from gdl_molecules.domain import DOMAIN
from gdl_molecules.files import Writer, read
from gdl_molecules.metrics import Reference, chemnet
from gdl_molecules.molecules import Molecules
from gdl_molecules.recipes import RECIPES

HELD_OUT, COMPARED = 500, 5_000
"""So many molecules are scored, and so many do draws stand against."""


class OfMolecules(Board):
    """What both tables share: files with a molecule a line, and the measures."""

    domain = DOMAIN
    columns = (
        Column("fcd", "FCD", 2, lower=True),
        Column("valid", "valid", 3),
        Column("unique", "unique", 3, counts=False),
    )
    likelihood = "nats"
    train: str
    test: str
    count: int

    def source(self) -> Path:
        """Write the molecules to learn into a file, once."""
        place = self.work / "train.smi"
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            with Writer(place, columns=["smiles"]) as writer:
                for smiles in smiles_of(self.folder / self.train, self.count):
                    writer.write({"smiles": smiles})
        return place

    def held_out(self) -> Sequence[str]:
        """Read the first molecules that are not learned."""
        return smiles_of(self.folder / self.test, HELD_OUT)

    @cached_property
    def reference(self) -> Reference:
        """The molecules to compare with, measured once."""
        place = self.work / "reference.npz"
        if not place.exists():
            Reference.measure(smiles_of(self.folder / self.test, COMPARED)).save(place)
        return Reference.load(place)

    def known(self, pipeline: Pipeline) -> Iterable[Any]:
        """Return the molecules to learn, as samples."""
        return encoded(pipeline.representation, smiles_of(self.source(), self.count))

    def quality(self, draws: Molecules) -> dict[str, float | None]:
        """Return the share of valid draws, of different ones among these, and their distance to data."""
        found = [canonical(smiles) for smiles, valid in zip(draws.smiles, draws.valid, strict=True) if valid]
        seen, known = chemnet.gaussian(found), self.reference.gaussian
        return {
            "valid": len(found) / len(draws),
            "unique": len(set(found)) / max(1, len(found)),
            "fcd": seen.distance(known) if seen and known else None,
        }


class Moses(OfMolecules):
    """Tokens, learned from the first molecules of MOSES's training set."""

    name = "moses"
    help = "folder with train.csv.gz and test.csv.gz of MOSES"
    title = "Molecules as text"
    train, test, count = "train.csv.gz", "test.csv.gz", 20_000
    counting = "counting"
    baseline = "MOSES's combinatorial generator"

    @staticmethod
    def recipes() -> Sequence[Recipe]:
        return [recipe for recipe in RECIPES if recipe.representation != "graph"]

    def counted(self, pipeline: Pipeline) -> float | None:
        """Fit a back-off model of the last four tokens."""
        return counted_nats(
            self.known(pipeline), encoded(pipeline.representation, self.held_out()), pipeline.design.space
        )

    def without_network(self, pipeline: Pipeline) -> dict[str, float | None]:
        """Return what MOSES prints."""
        return {"fcd": COMBINATORIAL}

    @classmethod
    def text(cls) -> str:
        return f"""Learned from the first {cls.count:,} molecules of MOSES's training set. {MEASURES}

Counting is a back-off model of the last four tokens (Witten and Bell 1991). MOSES prints an FCD of {COMBINATORIAL} for
30,000 molecules of its combinatorial generator, put together at random of the fragments of its whole training set, its
strongest baseline without a network (Polykovskiy et al. 2020, arXiv:1811.12823); that many draws make an FCD smaller
than {cls.drawn:,} do.

A few minutes are the beginning of a training, and large networks lose to counting there; what `smiles-gpt` becomes
after 80 minutes on the whole set is the shipped model `moses`, on the page of [benchmarks](benchmarks.md).
The autoencoders count the divergence at little of its worth, so that codes are faithful, and their bounds are weak."""


class QM9(OfMolecules):
    """Graphs, learned from QM9."""

    name = "qm9"
    help = "folder with train.smi and test.smi of QM9"
    title = "Molecules as graphs"
    train, test, count = "train.smi", "test.smi", 120_744
    counting = "atoms and bonds one by one"
    baseline = "atoms and bonds one by one"

    @staticmethod
    def recipes() -> Sequence[Recipe]:
        return [recipe for recipe in RECIPES if recipe.representation == "graph"]

    def counted(self, pipeline: Pipeline) -> float | None:
        """Count atoms and bonds one by one, as often as they are in molecules of the same size."""
        return self.independent(pipeline).nats(encoded(pipeline.representation, self.held_out()))

    def without_network(self, pipeline: Pipeline) -> dict[str, float | None]:
        """Measure what is drawn atom by atom and bond by bond."""
        drawn = self.independent(pipeline).sample(self.drawn, seed=0)
        return self.quality(Molecules(pipeline.representation.decode(graph) for graph in drawn))

    def independent(self, pipeline: Pipeline) -> Independent:
        """Return the baseline, in the kinds of a run's representation."""
        return Independent(self.known(pipeline), pipeline.representation.space)

    @classmethod
    def text(cls) -> str:
        return f"""Learned from {cls.count:,} molecules of QM9 without stereochemistry. {MEASURES} Nothing is repaired,
and a graph of several pieces may be valid.

The baseline draws atoms and bonds one by one, as often as they are in molecules of the same size. What longer trainings
reach stands with the shipped models, on the page of [benchmarks](benchmarks.md)."""


COMBINATORIAL = 4.24
"""The FCD that MOSES prints for its combinatorial generator, of 30,000 molecules."""

MEASURES = f"""Nats are those of a molecule, the mean over the first {HELD_OUT:,} held out. `valid` is the
share of {Board.drawn:,} raw draws that RDKit reads, `unique` the share of different ones among these, `FCD` the Fréchet
ChemNet distance of these to the first {COMPARED:,} held out. FCD falls as samples are added, so these few make
it larger than the figures that papers print. Better by draws means a lower FCD with no fewer of them valid."""


def smiles_of(source: Path, count: int) -> list[str]:
    """Read the first molecules of a file."""
    return [record.object for record in islice(read(source), count)]
