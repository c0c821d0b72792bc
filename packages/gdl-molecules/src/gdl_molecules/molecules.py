"""A sequence of molecules that knows how to show and save itself."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self, overload

from rdkit.Chem import Mol, MolFromMolBlock
from rdkit.rdBase import BlockLogs

from gdl_core.errors import RepresentationError, Skipped, UsageError, nearest
from gdl_core.folders import new_drawing
from gdl_core.workers import spread
from gdl_molecules.chemistry import parse, reason, spelling
from gdl_molecules.descriptors import PROPERTIES
from gdl_molecules.draw import grid
from gdl_molecules.files import Writer
from gdl_molecules.files.kinds import STANDARD, kind_of

COLUMNS = ("smiles", "canonical", "valid", "log_prob", *PROPERTIES)
"""What can stand in a table, in this order."""

Skip = Callable[[Skipped], None]

_SHOWN = 12
_DECIMALS = 4


class Molecules(Sequence[Mol | None]):
    """Molecules in a fixed order: as RDKit `Mol` one by one, as SMILES, as a picture, as a file.

    What is no molecule, among raw draws of a model, is None. `log_prob` is the natural logarithm of the probability of
    each under the model that drew it, or None.

    Example:
        >>> molecules = Molecules(["OCC", "c1ccccc1", "C1C"])
        >>> molecules
        Molecules(3: OCC, c1ccccc1, C1C)
        >>> molecules[1].GetNumAtoms(), molecules[2], molecules.canonical
        (6, None, ['CCO', 'c1ccccc1', None])
    """

    def __init__(self, smiles: Iterable[str | Mol | None], *, log_prob: Iterable[float] | None = None) -> None:
        self.smiles: tuple[str, ...] = tuple("" if one is None else spelling(one) for one in smiles)
        self.log_prob: tuple[float, ...] | None = None if log_prob is None else tuple(map(float, log_prob))
        if self.log_prob is not None and len(self.log_prob) != len(self):
            raise UsageError(f"{len(self.log_prob)} log-probabilities for {len(self)} molecules; give one for each")
        self._read: dict[int, Mol | None] = {}

    def __len__(self) -> int:
        return len(self.smiles)

    @overload
    def __getitem__(self, index: int) -> Mol | None: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Mol | Self | None:
        if isinstance(index, slice):
            return type(self)(self.smiles[index], log_prob=self.log_prob and self.log_prob[index])
        place = range(len(self))[index]
        if place not in self._read:
            self._read[place] = _mol(self.smiles[place])
        return self._read[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Molecules) and (self.smiles, self.log_prob) == (other.smiles, other.log_prob)

    def __hash__(self) -> int:
        return hash((self.smiles, self.log_prob))

    def __repr__(self) -> str:
        first = [text if len(text) <= 60 else f"{text[:57]}..." for text in self.smiles[:3]]
        return f"Molecules({len(self):,}: {', '.join(first)}{', ...' if len(self) > 3 else ''})"

    def _repr_html_(self) -> str:
        """Show the first molecules in a notebook."""
        first = f", the first {_SHOWN}:" if len(self) > _SHOWN else ""
        return f"<div><p>{len(self):,} molecule{'s' * (len(self) != 1)}{first}</p>{self.draw()}</div>"

    @cached_property
    def canonical(self) -> list[str | None]:
        """The canonical SMILES of each; None for what is no molecule."""
        return list(spread("gdl_molecules.measures:identity", self.smiles))

    @property
    def valid(self) -> list[bool]:
        """Whether each is a molecule."""
        return [text is not None for text in self.canonical]

    @cached_property
    def _profiles(self) -> list[tuple[str, list[float]] | None]:
        """The canonical SMILES and the properties of each; None for what is no molecule."""
        return list(spread("gdl_molecules.measures:profile", self.smiles))

    def properties(self) -> dict[str, list[float]]:
        """Return QED, SA, logP, weight and TPSA of each, in order; not-a-number for what is no molecule."""
        rows = [profile[1] if profile else [float("nan")] * len(PROPERTIES) for profile in self._profiles]
        return {name: [row[place] for row in rows] for place, name in enumerate(PROPERTIES)}

    def save(
        self,
        path: str | Path,
        *,
        columns: Sequence[str] | None = None,
        three_d: bool = False,
        force: bool = False,
        skipped: Skip | None = None,
    ) -> Path:
        """Write a .csv, .tsv, .parquet, .sdf or .smi file, as the name says (.gz behind it packs), or ``-``, stdout.

        Return the path. `columns` are some of `COLUMNS`, by default all that are known. A .smi file holds each SMILES
        with its number. An SDF holds the valid ones, laid out flat, or with `three_d` in space; what has no shape there
        is left flat. Whatever is not written as asked for goes to `skipped`, or is warned of. An existing file is
        refused without `force`.
        """
        kind = "csv" if str(path) == STANDARD else kind_of(Path(path))[0]
        if three_d and kind != "sdf":
            raise UsageError(f"{path}: only an .sdf file holds molecules in space; end its name so, or leave out 3D")
        names = self._columns(columns)
        header = {"smi": ("smiles", "name"), "sdf": ("name", *names)}.get(kind, names)
        skip = skipped or (lambda what: warnings.warn(str(what), stacklevel=3))
        with Writer(path, columns=header, replace=force) as writer:
            rows = self._rows(() if kind == "smi" else names)
            if kind == "sdf":
                self._save_structures(writer, rows, three_d, skip)
            elif kind == "smi":
                self._save_lines(writer, rows, skip)
            else:
                for row in rows:
                    writer.write(row)
        return Path(path)

    def _columns(self, asked: Sequence[str] | None) -> tuple[str, ...]:
        known = tuple(name for name in COLUMNS if name != "log_prob" or self.log_prob is not None)
        for name in asked or ():
            if name not in known:
                raise UsageError(f"there is no column {name!r}; {nearest(name, known)}")
        return known if asked is None else tuple(asked)

    def _rows(self, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield a row for each, with its number as name; only what `names` asks for is computed."""
        profiles: Sequence[tuple[str, list[float]] | None] = [None] * len(self)
        if not set(names).isdisjoint(PROPERTIES):
            profiles = self._profiles
        elif not set(names).isdisjoint({"canonical", "valid"}):
            profiles = [None if text is None else (text, []) for text in self.canonical]
        for place, (smiles, profile) in enumerate(zip(self.smiles, profiles, strict=True)):
            numbers = [round(number, _DECIMALS) for number in profile[1]] if profile else []
            yield {
                "name": str(place + 1),
                "smiles": smiles,
                "canonical": profile and profile[0],
                "valid": profile is not None,
                "log_prob": self.log_prob and round(self.log_prob[place], _DECIMALS),
                **dict(zip(PROPERTIES, numbers, strict=False)),
            }

    def _save_lines(self, writer: Writer, rows: Iterable[dict[str, Any]], skip: Skip) -> None:
        for row in rows:
            if row["smiles"].strip():
                writer.write(row)
            else:
                skip(Skipped(f"molecule {row['name']}", "an empty text cannot stand in a list of SMILES"))

    def _save_structures(self, writer: Writer, rows: Iterable[dict[str, Any]], three_d: bool, skip: Skip) -> None:
        shapes = _shapes(self.smiles) if three_d else ((None, None) for _ in self.smiles)
        for row, mol, (shape, trouble) in zip(rows, self, shapes, strict=True):
            if mol is None:
                skip(Skipped(f"molecule {row['name']}", reason(row["smiles"])))
                continue
            if trouble:
                skip(Skipped(f"molecule {row['name']} ({row['smiles']})", trouble))
            writer.write(row, mol=shape or mol)

    def draw(
        self,
        path: str | Path | None = None,
        *,
        count: int = _SHOWN,
        columns: int = 4,
        legends: Sequence[str] | None = None,
        force: bool = False,
    ) -> str | Path:
        """Draw the first molecules: as an .svg or .png file, or without a path as SVG text.

        Under each stands its legend, or its number.
        """
        legends = [str(number + 1) for number in range(len(self))][:count] if legends is None else legends
        shown = self.smiles[:count]
        if path is None:
            return str(grid(shown, columns=columns, legends=legends))
        return new_drawing(
            path, lambda format: grid(shown, columns=columns, legends=legends, format=format), force=force
        )


def _mol(smiles: str) -> Mol | None:
    try:
        return parse(smiles)
    except RepresentationError:
        return None


def _shapes(smiles: Iterable[str]) -> Iterator[tuple[Mol | None, str | None]]:
    """Find the shape of each in space; it takes a hundred times as long as reading a molecule."""
    for shape in spread("gdl_molecules.conformers:embed", smiles, few=64, chunk=16):
        with BlockLogs():
            mol = MolFromMolBlock(shape["block"], removeHs=False) if shape["block"] else None
        yield mol, shape["reason"]
