"""Write texts to a file of the kind that its name says, or each to a file of its own; whole or not at all."""

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from gdl_core.errors import Skipped, UsageError
from gdl_core.folders import new_file, new_folder
from gdl_text.files.documents import BETWEEN
from gdl_text.files.kinds import SEPARATOR, STANDARD, Skip, kind_of, suffix_of
from gdl_text.spelling import bytes_of, readable

Columns = Mapping[str, Sequence[Any]]


def save(texts: Sequence[str | None], path: str | Path, *, columns: Columns, force: bool, skipped: Skip) -> Path:
    """Write a .txt or .md file with ``<|endoftext|>`` between texts, a .jsonl, .csv, .tsv or .parquet table, or a
    folder, for a name without a suffix, with a .txt file of each; ``-`` is stdout. Return the path.

    ``.gz`` behind a name packs. `columns` are more columns for tables. Tables hold the sign for what cannot be read in
    place of bytes that are no UTF-8; text files hold these bytes. None is left out, and so is a text that holds the
    separator itself, where that stands between texts; both go to `skipped`. What exists already is refused without
    `force`.
    """
    place = Path(path)
    kept = [(number, text) for number, text in enumerate(texts) if text is not None]
    for number in set(range(len(texts))).difference(number for number, _ in kept):
        skipped(Skipped(f"sample {number + 1}", "this draw is no text"))
    if str(path) == STANDARD:
        sys.stdout.writelines(_documents([(number, readable(text)) for number, text in kept], skipped))
        return place
    if place.exists() and not force:
        raise UsageError(f"{place} exists already; choose another name, or ask to replace it")
    if not place.suffix:
        return _folder(place, [text for _, text in kept], force)
    if place.is_dir():
        raise UsageError(f"{place} is a folder; name a file")
    with new_file(place) as draft:
        if kind_of(place) == "text":
            with _packed(draft, place) as file:
                file.writelines(map(bytes_of, _documents(kept, skipped)))
        else:
            cells = ({name: column[number] for name, column in columns.items()} for number, _ in kept)
            _table(draft, place, [{"text": readable(text), **row} for (_, text), row in zip(kept, cells, strict=True)])
    return place


def _documents(texts: Sequence[tuple[int, str]], skipped: Skip) -> Iterator[str]:
    """Yield numbered texts with the separator before each but the first."""
    first = True
    for number, text in texts:
        if len(texts) > 1 and BETWEEN.search(text):
            skipped(Skipped(f"sample {number + 1}", f"it holds a line {SEPARATOR} itself; write a .jsonl file"))
            continue
        yield f"{text}\n" if first else f"{SEPARATOR}\n{text}\n"
        first = False


def _folder(place: Path, texts: Sequence[str], force: bool) -> Path:
    width = len(str(len(texts)))
    with new_folder(place, replace=force) as folder:
        for number, text in enumerate(texts, 1):
            (folder / f"{number:0{width}}.txt").write_bytes(bytes_of(f"{text}\n"))
        (folder / "samples.json").write_text(json.dumps({"count": len(texts)}), encoding="utf-8")
    return place


def _packed(draft: Path, place: Path) -> Any:
    return gzip.GzipFile(draft, "wb", mtime=0) if place.suffix.lower() == ".gz" else draft.open("wb")


def _table(draft: Path, place: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    kind = kind_of(place)
    if kind == "parquet":
        try:
            from pyarrow import Table, parquet
        except ImportError:
            raise UsageError("Parquet needs the package pyarrow: pip install gdl-text[parquet]") from None
        parquet.write_table(Table.from_pylist(list(rows)), draft)
        return
    with _packed(draft, place) as file, io.TextIOWrapper(file, encoding="utf-8", newline="\n") as text:
        if kind == "jsonl":
            text.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        else:
            _write_csv(text, "\t" if suffix_of(place) == ".tsv" else ",", rows)


def _write_csv(text: TextIO, delimiter: str, rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(rows[0]) if rows else ["text"]
    table = csv.DictWriter(text, names, delimiter=delimiter, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
