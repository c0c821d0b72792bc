"""What each kind of text file makes of a row of columns."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TextIO

from rdkit.Chem import Mol

from gdl_molecules.files.sdf import sdf_record

Row = Mapping[str, Any]


class Rows(Protocol):
    """The rows of a file that is being written."""

    def write(self, row: Row, mol: Mol | None) -> None:
        """Add one row."""

    def close(self) -> None:
        """Write what was held back."""


class LineRows:
    """Plain lines: the SMILES, a tab and the name, if the row has one."""

    def __init__(self, text: TextIO) -> None:
        self.text = text

    def write(self, row: Row, mol: Mol | None) -> None:
        name = row.get("name")
        self.text.write(f"{row['smiles']}\n" if name in (None, "") else f"{row['smiles']}\t{name}\n")

    def close(self) -> None:
        pass


class TableRows:
    """A header line, then the cells of each row."""

    def __init__(self, text: TextIO, names: Sequence[str], delimiter: str) -> None:
        self.names = names
        self.table = csv.writer(text, delimiter=delimiter, lineterminator="\n")
        self.table.writerow(names)

    def write(self, row: Row, mol: Mol | None) -> None:
        self.table.writerow([row.get(name) for name in self.names])

    def close(self) -> None:
        pass


class PipeRows:
    """Plain lines where there is one column, else CSV."""

    def __init__(self, text: TextIO, names: Sequence[str]) -> None:
        self.rows: Rows = LineRows(text) if tuple(names) == ("smiles",) else TableRows(text, names, ",")
        self.text = text

    def write(self, row: Row, mol: Mol | None) -> None:
        self.rows.write(row, mol)

    def close(self) -> None:
        self.text.flush()


class SdfRows:
    """A structure for each row, then its columns as data items."""

    def __init__(self, text: TextIO, names: Sequence[str]) -> None:
        self.text, self.names = text, names

    def write(self, row: Row, mol: Mol | None) -> None:
        self.text.write(sdf_record(row["smiles"], {name: row.get(name) for name in self.names}, mol))

    def close(self) -> None:
        pass
