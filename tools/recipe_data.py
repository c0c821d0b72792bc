"""The molecules that recipes learn for their page, and those that they are held against."""

import argparse
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gdl_core.data import is_dataset
from gdl_core.pipeline import prepare_files
from gdl_core.recipes import Recipe
from gdl_molecules.domain import DOMAIN
from gdl_molecules.files import Writer, read
from gdl_molecules.metrics import Reference

HELD_OUT, COMPARED = 500, 5_000
"""So many molecules are scored, and so many do draws stand against."""


@dataclass(frozen=True)
class Data:
    """Molecules that recipes learn, the first `count` of a file, and those that they are held against."""

    name: str
    train: str
    test: str
    count: int

    def molecules(self, arguments: argparse.Namespace) -> Path:
        """Write the molecules to learn into a file, once, and return it."""
        place = self.work(arguments) / "train.smi"
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            with Writer(place, columns=["smiles"]) as writer:
                for smiles in smiles_of(self.folder(arguments) / self.train, self.count):
                    writer.write({"smiles": smiles})
        return place

    def held_out(self, arguments: argparse.Namespace, count: int) -> list[str]:
        """Read the first molecules that are not learned."""
        return smiles_of(self.folder(arguments) / self.test, count)

    def reference(self, arguments: argparse.Namespace) -> Reference:
        """Measure the molecules to compare with, once."""
        place = self.work(arguments) / "reference.npz"
        if not place.exists():
            Reference.measure(self.held_out(arguments, COMPARED)).save(place)
        return Reference.load(place)

    def prepared(self, recipe: Recipe, arguments: argparse.Namespace) -> Path:
        """Encode the molecules as a recipe wants them, once for all recipes that want the same."""
        place = self.work(arguments) / f"{recipe.representation}-data"
        if not is_dataset(place):
            prepare_files(DOMAIN, [self.molecules(arguments)], place, representation=recipe.representation)
        return place

    def folder(self, arguments: argparse.Namespace) -> Path:
        """Return where the molecules come from; None where the command line does not say."""
        return getattr(arguments, self.name)

    def work(self, arguments: argparse.Namespace) -> Path:
        """Return the folder for what is made of them."""
        return arguments.work / self.name


MOSES = Data("moses", "train.csv.gz", "test.csv.gz", 20_000)
QM9 = Data("qm9", "train.smi", "test.smi", 120_744)


def data_of(recipe: Recipe) -> Data:
    """Say what a recipe learns."""
    return QM9 if recipe.representation == "graph" else MOSES


def smiles_of(source: Path, count: int) -> list[str]:
    """Read the first molecules of a file."""
    return [record.object for record in islice(read(source), count)]
