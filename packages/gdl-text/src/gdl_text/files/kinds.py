"""What kinds of file hold text, and which column of a table does."""

from collections.abc import Callable, Sequence
from pathlib import Path

from gdl_core.errors import InputError, Skipped, UsageError, nearest

Skip = Callable[[Skipped], None]

STANDARD = "-"
"""The name that stands for stdin or stdout."""

SEPARATOR = "<|endoftext|>"
"""A line that holds nothing else stands between two documents of a text file."""

TABLES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
"""The files that hold many texts; any other is one document, or several with `SEPARATOR` between them."""

COLUMNS = ("text", "content", "document", "story", "body", "sentence", "code")
"""The names under which the column of texts is found without being asked for, in any case; the first wins."""

_PROSE = "txt text md markdown rst tex org html jsonl ndjson parquet abc"
_SOURCE = (
    "py pyi c h cc cpp cxx hpp cs java kt scala go rs swift js jsx mjs ts tsx rb php pl lua r jl hs ml ex exs erl clj "
    "lisp el sh bash zsh ps1 sql css scss xml yaml yml toml"
)
IN_FOLDERS = frozenset(f".{ending}" for ending in f"{_PROSE} {_SOURCE}".split())
"""What is read of a folder: names that end so. A file that is named itself is read whatever it is called."""

PASSED_OVER = ("__pycache__", "node_modules")
"""Folders in folders that hold nothing of their owner's, besides hidden ones."""


def kind_of(path: Path) -> str:
    """Return what a file is by its name: text, jsonl, csv or parquet.

    Example:
        >>> kind_of(Path("a.JSONL.gz")), kind_of(Path("notes")), kind_of(Path("main.c"))
        ('jsonl', 'text', 'text')
    """
    kind = TABLES.get(suffix_of(path), "text")
    if kind == "parquet" and path.suffix.lower() == ".gz":
        raise UsageError(f"{path}: a Parquet file is packed inside; unpack it with gunzip first")
    return kind


def suffix_of(path: Path) -> str:
    """Return how a name ends, in lower case and without ``.gz``."""
    return (path.with_suffix("") if path.suffix.lower() == ".gz" else path).suffix.lower()


def column_of(names: Sequence[str], asked: str | None, where: str) -> str:
    """Find the column of texts: the one asked for, else one with a usual name, else the only one."""
    if asked is not None:
        if asked not in names:
            raise UsageError(f"{where}: no column {asked!r}; {nearest(asked, filter(None, names))}")
        return asked
    usual = {name.strip().lower(): name for name in reversed(names)}
    if found := [usual[name] for name in COLUMNS if name in usual] or (names if len(names) == 1 else []):
        return found[0]
    raise UsageError(f"{where}: which column holds the texts? There is: {', '.join(names)}; name one as the column")


def missing(path: Path) -> InputError:
    """Name what is wrong with a path at which there is nothing to read."""
    there = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    return InputError(f"{path}: there is no such file; {nearest(path.name, there[:1000])}")
