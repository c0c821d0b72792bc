"""Read texts from a file or a folder as records, one after the other."""

import os
from collections.abc import Iterator
from pathlib import Path

from gdl_core.errors import InputError, Skipped, UsageError
from gdl_core.representation import Record, not_empty
from gdl_text.files.documents import read_documents
from gdl_text.files.kinds import IN_FOLDERS, PASSED_OVER, STANDARD, Skip, kind_of, missing, suffix_of
from gdl_text.files.tables import read_csv, read_json_lines, read_parquet

FOLDER = "folder"
"""The property that a text has by the subfolder it lies in."""


def read(source: str | Path, *, column: str | None = None, skipped: Skip | None = None) -> Iterator[Record]:
    """Stream the texts of a file, of a folder, or of stdin for ``-``; memory stays bounded however large they are.

    A text file (.txt, .md, source code, ...) is one document, or several with a line ``<|endoftext|>`` between them. A
    .jsonl, .csv, .tsv or .parquet file holds a text in each row: `column` names which of its columns, by default
    ``text`` or the like, or the only one; the others become properties. A folder is searched for both, with those
    within it; a text there has the outermost subfolder's name as its property ``folder``. All but Parquet may be
    gzipped.

    Text is UTF-8, or UTF-16 with a byte-order mark; what is not is refused by name, and never guessed at or mended. In
    a folder and in a table it goes to `skipped`, and the stream goes on.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "two.txt"
        >>> _ = path.write_text("To be\\n<|endoftext|>\\nor not\\n")
        >>> [record.object for record in read(path)]
        ['To be', 'or not']
    """
    return not_empty(lambda skip: _records(source, column, skip), skipped, f"{source} holds no text")


def _records(source: str | Path, column: str | None, skip: Skip) -> Iterator[Record]:
    path = Path(source)
    if str(source) == STANDARD:
        return read_documents(source, "stdin")
    if path.is_dir():
        return _in_folder(path, column, skip)
    if not path.exists():
        raise missing(path)
    return _in_file(path, column, skip)


def _in_file(path: Path, column: str | None, skip: Skip) -> Iterator[Record]:
    match kind_of(path):
        case "jsonl":
            return read_json_lines(path, str(path), column, skip)
        case "csv":
            return read_csv(path, str(path), column, skip)
        case "parquet":
            return read_parquet(path, column, skip)
    if column is not None:
        raise UsageError(f"{path}: only .jsonl, .csv, .tsv and .parquet files have columns; leave the column out")
    return read_documents(path, str(path))


def _in_folder(folder: Path, column: str | None, skip: Skip) -> Iterator[Record]:
    """Read the files of a folder and of those within, in the order of their names; a bad one is skipped by name."""
    for path in _walk(folder):
        within = path.relative_to(folder).parts
        properties = {FOLDER: within[0]} if len(within) > 1 else {}
        try:
            for record in _in_file(path, column if kind_of(path) != "text" else None, skip):
                yield Record(record.object, record.where, {**record.properties, **properties})
        except (InputError, UsageError) as error:
            skip(Skipped(str(path), str(error).removeprefix(f"{path} ").removeprefix(f"{path}: ")))


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files with names of text; links to folders are not followed, hidden files are passed over."""
    for place, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith(".") and name not in PASSED_OVER)
        paths = (Path(place, name) for name in sorted(names) if not name.startswith("."))
        yield from (path for path in paths if suffix_of(path) in IN_FOLDERS and path.is_file())
