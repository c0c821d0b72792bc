"""Write molecules to a file of the kind that its name says, row by row; it appears whole or not at all."""

import gzip
import io
import os
import sys
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from rdkit.Chem import Mol

from gdl_core.errors import UsageError, nearest
from gdl_core.folders import naming_disk_errors
from gdl_molecules.files.kinds import STANDARD, kind_of
from gdl_molecules.files.parquet import ParquetRows
from gdl_molecules.files.rows import LineRows, PipeRows, Row, Rows, SdfRows, TableRows


class Writer:
    """Writes rows of columns to a .smi, .csv, .tsv, .sdf (each also .gz) or .parquet file, or to stdout for ``-``.

    Every row has a column ``smiles``. A table's columns are those of the first row, unless `columns` names them. A .smi
    file takes the columns ``smiles`` and ``name`` alone. An SDF record is made of the row's `mol` with its coordinates,
    or else drawn from its SMILES. On stdout a lone column is written as plain lines, several as CSV.

    Rows go to a hidden file beside the target; it takes the target's place when the block ends well, and is deleted
    when it does not. A file that is there already is refused unless `replace` is set.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "two.csv"
        >>> with Writer(path) as writer:
        ...     writer.write({"smiles": "CCO", "qed": 0.41})
        ...     writer.write({"smiles": "C", "qed": None})
        >>> path.read_text().splitlines()
        ['smiles,qed', 'CCO,0.41', 'C,']
    """

    def __init__(self, target: str | Path, *, columns: Sequence[str] = (), replace: bool = False) -> None:
        self.target = Path(target)
        self.columns = tuple(columns)
        self.count = 0
        self._piped = str(target) == STANDARD
        if self._piped:
            return
        self._kind, self._gzipped = kind_of(self.target)
        if self.target.is_dir():
            raise UsageError(f"{self.target} is a folder; name a file in it")
        if self.target.exists() and not replace:
            raise UsageError(f"{self.target} exists already; choose another name, or ask to replace it")

    def __enter__(self) -> Self:
        self._draft = None if self._piped else _Draft(self.target, gzipped=self._gzipped)
        self._rows: Rows | None = None
        return self

    def write(self, row: Row, *, mol: Mol | None = None) -> None:
        """Add one row. `mol` is what an SDF record is made of; the other kinds do not look at it."""
        with self._naming_errors():
            if self._rows is None:
                self._names = dict.fromkeys(row)
                self._rows = self._begin(tuple(row))
            elif not (self.columns or row.keys() <= self._names.keys()):
                name = next(name for name in row if name not in self._names)
                raise UsageError(f"the first row had no column {name!r}; {nearest(name, self._names)}")
            self._rows.write(row, mol)
        self.count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                with self._naming_errors():
                    (self._rows or self._begin(("smiles",))).close()
                    if self._draft:
                        self._draft.publish()
        finally:
            if self._draft:
                self._abandon(self._draft)

    def _abandon(self, draft: "_Draft") -> None:
        """Let go of the file, and delete it unless it was published."""
        if self._rows is not None:
            with suppress(Exception):  # the reason for it is on its way already
                self._rows.close()
        draft.discard()

    def _begin(self, names: tuple[str, ...]) -> Rows:
        """Start the file, now that its columns are known."""
        names = self.columns or names
        if self._draft is None:
            return PipeRows(sys.stdout, names)
        match self._kind:
            case "parquet":
                return ParquetRows(self._draft.bytes, names)
            case "sdf":
                return SdfRows(self._draft.text(), names)
            case "smi":
                return LineRows(self._draft.text())
            case kind:
                delimiter = "," if kind == "csv" else "\t"
                return TableRows(self._draft.text(), names, delimiter)

    def _naming_errors(self) -> AbstractContextManager[None]:
        return naming_disk_errors(self.target) if self._draft else nullcontext()


class _Draft:
    """A hidden file beside its place, which it takes when it is published."""

    def __init__(self, place: Path, *, gzipped: bool) -> None:
        self.place = place.resolve()
        self.path = self.place.with_name(f".{self.place.name}.{uuid.uuid4().hex[:8]}.partial")
        with naming_disk_errors(place):
            self.place.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("xb")
        packed = gzip.GzipFile("", "wb", fileobj=self._file, mtime=0) if gzipped else None
        self.bytes: Any = packed or self._file
        self._layers: list[Any] = [packed] if packed else []

    def text(self) -> TextIO:
        """Write text instead of bytes."""
        text = io.TextIOWrapper(self.bytes, encoding="utf-8", newline="\n")
        self._layers.insert(0, text)
        return text

    def publish(self) -> None:
        """Move the file to its place, after the disk has taken all of it."""
        for layer in self._layers:
            layer.flush()
        if self.bytes is not self._file:
            self.bytes.close()  # writes the end of the archive
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self.path, self.place)

    def discard(self) -> None:
        """Delete the file, unless it was published."""
        for layer in [*self._layers, self._file]:
            with suppress(OSError, ValueError):
                layer.close()
        self.path.unlink(missing_ok=True)
