"""Files that hold many texts: JSON lines, and tables with a column of texts."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gdl_core.errors import InputError, Skipped, UsageError
from gdl_core.representation import Record
from gdl_text.files.kinds import Skip, column_of, suffix_of
from gdl_text.files.opening import LONGEST, opened

_ROWS = 256


def read_json_lines(source: str | Path, name: str, column: str | None, skip: Skip) -> Iterator[Record]:
    """Read a JSON value from each line: a text, or an object with a text among its members."""
    with opened(source, name) as file:
        number = 0
        while line := file.readline(LONGEST):
            number += 1
            where = f"{name}:{number}"
            if len(line) == LONGEST:
                raise InputError(f"{where}: a line of {LONGEST:,} characters or more is not held in memory; divide it")
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                skip(Skipped(where, f"no JSON: {error}"))
                continue
            row = {"text": value} if isinstance(value, str) else value
            if not isinstance(row, dict):
                skip(Skipped(where, f"neither a text nor an object with one, but a {type(value).__name__}"))
                continue
            yield from _record(row, column or column_of(list(row), None, where), where, skip)


def read_csv(source: str | Path, name: str, column: str | None, skip: Skip) -> Iterator[Record]:
    """Read the column of texts of a table with a line of names; a cell may hold several lines."""
    with opened(source, name) as file:
        rows = csv.reader(file, delimiter="\t" if suffix_of(Path(source)) == ".tsv" else ",")
        try:
            names = next(rows, None) or []
            chosen = column_of(names, column, name)
            for row in filter(None, rows):
                where = f"{name}:{rows.line_num}"
                if len(row) == len(names):
                    yield from _record(dict(zip(names, row, strict=True)), chosen, where, skip)
                else:
                    skip(Skipped(where, f"{len(row)} cells under {len(names)} names; is a quote or a comma missing?"))
        except csv.Error as error:
            raise InputError(f"{name}:{rows.line_num}: {error}; very long texts fit in .jsonl and .parquet") from None


def read_parquet(path: Path, column: str | None, skip: Skip) -> Iterator[Record]:
    """Read the column of texts of a Parquet file, some hundred rows at a time. Needs pyarrow."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise UsageError("Parquet needs the package pyarrow: pip install gdl-text[parquet]; or use .jsonl") from None
    try:
        with parquet.ParquetFile(path) as table:
            chosen, number = column_of(table.schema_arrow.names, column, str(path)), 0
            for batch in table.iter_batches(batch_size=_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield from _record(row, chosen, f"{path}:{number}", skip)
    except (ArrowException, OSError) as error:
        raise InputError(f"{path} is no Parquet file, or a damaged one: {str(error).partition(chr(10))[0]}") from None


def _record(row: Mapping[str, Any], column: str, where: str, skip: Skip) -> Iterator[Record]:
    """Make a record of a row; the other filled cells are its properties."""
    text = row.get(column)
    if not isinstance(text, str) or not text.strip():
        skip(Skipped(where, f"no text in the column {column!r}"))
    elif any("\ud800" <= letter <= "\udfff" for letter in text) if not text.isascii() else False:
        skip(Skipped(where, "half of a UTF-16 pair is the code of no character"))
    else:
        yield Record(
            text, where, {name: cell for name, cell in row.items() if name != column and cell not in (None, "")}
        )
