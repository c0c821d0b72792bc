"""Read molecules from a file as records, one after the other, whatever its kind."""

import re
from collections.abc import Iterator
from pathlib import Path

from gdl_core.errors import UsageError
from gdl_core.representation import Record, not_empty
from gdl_molecules.files.delimited import read_delimited
from gdl_molecules.files.kinds import SMILES_COLUMNS, STANDARD, kind_of, missing
from gdl_molecules.files.parquet import read_parquet
from gdl_molecules.files.sdf import read_sdf
from gdl_molecules.files.smi import read_smi
from gdl_molecules.files.text import Lines, Skip, open_bytes, open_text, peek


def read(source: str | Path, *, column: str | None = None, skipped: Skip | None = None) -> Iterator[Record]:
    """Stream the molecules of a .smi, .csv, .tsv, .sdf (each also .gz) or .parquet file, or of stdin for ``-``.

    Nothing is parsed as a molecule here, except that an SDF record becomes the SMILES of its structure. `column` names
    the SMILES column of a table; left out, it is the one called ``smiles`` or the like, or the only one. The other
    columns become properties. A record that cannot be read goes to `skipped`, and the stream goes on.

    Text is UTF-8, with or without a byte-order mark; a byte that is none is taken for Latin-1. Any line end will do.
    What is wrong with the file as a whole is raised by the call itself.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "mine.csv"
        >>> _ = path.write_text("id,smiles,pIC50\\n7,CCO,6.5\\n")
        >>> for record in read(path):
        ...     print(record.object, dict(record.properties))
        CCO {'id': 7, 'pIC50': 6.5}
    """
    return not_empty(lambda skip: _records(source, column, skip), skipped, f"{_name(source)} holds no molecule")


def _records(source: str | Path, column: str | None, skip: Skip) -> Iterator[Record]:
    name, path = _name(source), Path(source)
    piped = name == "stdin" or path.is_fifo()
    if not piped and not path.is_file():
        raise missing(path)
    kind = "" if piped else kind_of(path)[0]
    if kind == "parquet":
        return read_parquet(path, column, skip)
    handle = open_bytes(source)
    try:
        lines = open_text(handle, name, skip)
        return _text_records(lines, kind or _kind_of_content(peek(handle).decode("latin-1"), column), column)
    except BaseException:
        handle.close()
        raise


def _text_records(lines: Lines, kind: str, column: str | None) -> Iterator[Record]:
    if kind in ("csv", "tsv"):
        return read_delimited(lines, "," if kind == "csv" else "\t", column)
    if column is not None:
        raise UsageError(f"{lines.name}: only a table has columns, and this is a .{kind} file; leave the column out")
    return read_sdf(lines) if kind == "sdf" else read_smi(lines)


def _name(source: str | Path) -> str:
    return "stdin" if str(source) == STANDARD else str(source)


def _kind_of_content(head: str, column: str | None) -> str:
    """Tell what comes through a pipe, which has no name: an SDF, a table whose header names SMILES, or plain SMILES."""
    if "V2000" in head or "V3000" in head:
        return "sdf"
    header = head.partition("\n")[0]
    cells = re.split(r"[,;\t]", header.lower())
    if column is None and not any(cell.strip('\ufeff" \r') in SMILES_COLUMNS for cell in cells):
        return "smi"
    return "tsv" if "\t" in header else "csv"
