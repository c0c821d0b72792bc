"""What kinds of file there are, and which column of a table holds the SMILES."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gdl_core.errors import InputError, UsageError, nearest

STANDARD = "-"
"""The name that stands for stdin or stdout."""

SUFFIXES = {
    ".smi": "smi",
    ".smiles": "smi",
    ".txt": "smi",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".sdf": "sdf",
    ".sd": "sdf",
    ".parquet": "parquet",
}

SMILES_COLUMNS = ("smiles", "canonical_smiles", "isomeric_smiles", "can_smiles", "rdkit_smiles", "smi")
"""The names under which a table's SMILES column is found without being asked for, in any case, the first wins."""

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")


def kind_of(path: Path) -> tuple[str, bool]:
    """Return the kind of a file by its name, and whether the name says that it is gzipped.

    Example:
        >>> kind_of(Path("mine.SDF.gz"))
        ('sdf', True)
    """
    gzipped = path.suffix.lower() == ".gz"
    suffix = path.with_suffix("").suffix.lower() if gzipped else path.suffix.lower()
    kind = SUFFIXES.get(suffix)
    if kind is None or (gzipped and kind == "parquet"):
        raise UsageError(
            f"{path}: the name must end in .smi, .csv, .tsv or .sdf (each also with .gz), or in .parquet; "
            f"{nearest(suffix, SUFFIXES) if kind is None and suffix else 'rename the file'}"
        )
    return kind, gzipped


def smiles_column(names: Sequence[str], column: str | None, where: str) -> str:
    """Find the column that holds the SMILES: the one asked for, else one with a usual name, else the only one."""
    if column is not None:
        if column not in names:
            raise UsageError(f"{where}: no column {column!r}; {nearest(column, filter(None, names))}")
        return column
    usual = {name.strip().lower(): name for name in reversed(names)}
    for known in SMILES_COLUMNS:
        if known in usual:
            return usual[known]
    named_alike = [name for name in names if "smiles" in name.lower()]
    if len(named_alike) == 1:
        return named_alike[0]
    if len(names) == 1:
        return names[0]
    raise UsageError(f"{where}: which column holds the SMILES? There is: {', '.join(names)}; name one as the column")


def value_of(cell: str) -> Any:
    """Read a number where a cell holds nothing else; names such as ``007`` stay text.

    Example:
        >>> value_of("3"), value_of("-1.5e3"), value_of("007"), value_of("3-ol")
        (3, -1500.0, '007', '3-ol')
    """
    cell = cell.strip()
    if _INTEGER.fullmatch(cell):
        return int(cell)
    return float(cell) if _NUMBER.fullmatch(cell) else cell


def missing(path: Path) -> InputError:
    """Name what is wrong with a path that is no file, with the closest name beside it."""
    if path.is_dir():
        return InputError(f"{path} is a folder; name a file in it")
    folder = path.parent
    if not folder.is_dir():
        return InputError(f"{path}: there is no folder {folder}; check the path")
    files = [other.name for other in folder.iterdir() if other.is_file() and not other.name.startswith(".")]
    return InputError(
        f"{path}: there is no such file; {nearest(path.name, files[:1000]) if files else 'check the path'}"
    )
