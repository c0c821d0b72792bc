"""Tables as text: a header line, then one molecule in a row."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import Any

from gdl_core.errors import InputError, Skipped
from gdl_core.representation import Record
from gdl_molecules.chemistry import readable
from gdl_molecules.files.kinds import smiles_column, value_of
from gdl_molecules.files.text import Lines


def read_delimited(lines: Lines, delimiter: str, column: str | None) -> Iterator[Record]:
    """Read the SMILES column of a table; every other named, filled cell of a row becomes a property."""
    stream = iter(lines)
    header = next((line for line in stream if line.strip()), "")
    if not header:
        raise InputError(f"{lines.name} holds nothing but empty lines")
    delimiter = _delimiter(header, delimiter)
    rows = _rows(stream, lines, delimiter)
    names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter))]
    if column is None and len(names) == 1 and readable(names) == [True]:  # no header: the first line is a molecule
        return _records(chain([(lines.where, names)], rows), ["smiles"], "smiles", lines)
    return _records(rows, names, smiles_column(names, column, lines.name), lines)


def _delimiter(header: str, usual: str) -> str:
    """Take the usual delimiter unless the header holds only another; some spreadsheets write semicolons."""
    return usual if usual in header else next((other for other in ",;\t" if other in header), usual)


def _rows(stream: Iterator[str], lines: Lines, delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """Give each row with where it begins. A row whose quotes do not match is skipped, with what it swallowed."""
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    while True:
        start = lines.number + 1
        where = f"{lines.name}:{start}"
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lost = f"; all up to line {lines.number} is lost with it" if lines.number > start else ""
            lines.skip(Skipped(where, f"this row cannot be read, does a quote stand alone? ({error}){lost}"))
            continue
        if row:
            yield where, row


def _records(rows: Iterator[tuple[str, list[str]]], names: list[str], column: str, lines: Lines) -> Iterator[Record]:
    place = names.index(column)
    others = [(index, name) for index, name in enumerate(names) if name and index != place]
    for where, row in rows:
        smiles = row[place].strip() if place < len(row) else ""
        if not smiles:
            if any(row):
                lines.skip(Skipped(where, f"no SMILES in the column {column!r}"))
        elif any(row[len(names) :]):
            lines.skip(
                Skipped(where, f"{len(row)} cells under {len(names)} column names; is a quote or a name missing?")
            )
        else:
            yield Record(smiles, where, _properties(row, others) if others else {})


def _properties(row: list[str], others: list[tuple[int, str]]) -> dict[str, Any]:
    return {name: value_of(row[index]) for index, name in others if index < len(row) and row[index].strip()}
