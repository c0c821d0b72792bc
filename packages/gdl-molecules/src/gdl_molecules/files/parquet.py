"""Parquet tables, read and written in batches of rows. Needs the package pyarrow."""

from collections.abc import Iterator, Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any, BinaryIO

from gdl_core.errors import InputError, Skipped, UsageError
from gdl_core.representation import Record
from gdl_molecules.files.kinds import smiles_column
from gdl_molecules.files.text import Skip

_BATCH = 8192


def pyarrow(part: str) -> Any:
    """Import a part of pyarrow, or say how to get it."""
    from importlib import import_module

    try:
        return import_module(part)
    except ImportError:
        raise UsageError("Parquet needs the package pyarrow: pip install pyarrow; or use .csv") from None


def read_parquet(path: Path, column: str | None, skip: Skip) -> Iterator[Record]:
    """Read the SMILES column of a Parquet file; the other filled columns become properties."""
    parquet, arrow = pyarrow("pyarrow.parquet"), pyarrow("pyarrow")
    if not path.stat().st_size:
        raise InputError(f"{path} is empty")
    try:
        table = parquet.ParquetFile(path)
    except (arrow.ArrowException, OSError) as error:
        raise InputError(f"{path} is no Parquet file, or a damaged one: {first_line(error)}") from None
    try:
        return _rows(table, smiles_column(table.schema_arrow.names, column, str(path)), path, skip)
    except UsageError:
        table.close()
        raise


def _rows(table: Any, column: str, path: Path, skip: Skip) -> Iterator[Record]:
    number = 0
    with table:
        try:
            for batch in table.iter_batches(batch_size=_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    where, smiles = f"{path}:{number}", row.pop(column)
                    if isinstance(smiles, str) and smiles.strip():
                        properties = {name: value for name, value in row.items() if value is not None}
                        yield Record(smiles.strip(), where, properties)
                    else:
                        skip(Skipped(where, f"no SMILES in the column {column!r}, but {smiles!r}"))
        except (pyarrow("pyarrow").ArrowException, OSError) as error:
            raise InputError(f"{path} is damaged behind row {number}: {first_line(error)}") from None


class ParquetRows:
    """Rows that go to a Parquet file in batches; the first batch settles the type of each column."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        self.arrow, self.parquet = pyarrow("pyarrow"), pyarrow("pyarrow.parquet")
        self.file, self.names = file, tuple(names)
        self.waiting: list[Mapping[str, Any]] = []
        self.writer: Any = None

    def write(self, row: Mapping[str, Any], mol: Any) -> None:
        self.waiting.append(row)
        if len(self.waiting) == _BATCH:
            self._flush()

    def close(self) -> None:
        if self.writer is not None and not self.writer.is_open:
            return
        try:
            self._flush()
            self.writer.close()
        finally:
            if self.writer is not None:
                self.writer.is_open = False  # or pyarrow tries again, and complains, when it is collected

    def _flush(self) -> None:
        columns = {name: [row.get(name) for row in self.waiting] for name in self.names}
        if self.writer is None:
            self.schema = self.arrow.schema([(name, self._type(values)) for name, values in columns.items()])
            self.writer = self.parquet.ParquetWriter(self.file, self.schema)
        try:
            self.writer.write_table(self.arrow.table(columns, schema=self.schema))
        except (self.arrow.ArrowInvalid, self.arrow.ArrowTypeError) as error:
            raise UsageError(f"a column changes its type from one row to the next: {first_line(error)}") from None
        self.waiting.clear()

    def _type(self, values: Sequence[Any]) -> Any:
        """Choose a column's type by its values: text unless all are booleans, integers or numbers."""
        known = [value for value in values if value is not None]
        if known and all(isinstance(value, bool) for value in known):
            return self.arrow.bool_()
        if known and all(isinstance(value, Integral) for value in known):
            return self.arrow.int64()
        return (
            self.arrow.float64() if known and all(isinstance(value, Real) for value in known) else self.arrow.string()
        )


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says; Arrow's go on for many."""
    return str(error).partition("\n")[0].rstrip(".")
