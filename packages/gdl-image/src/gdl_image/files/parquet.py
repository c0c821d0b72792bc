"""Parquet tables with a column of encoded pictures, as Hugging Face's data sets have them. Needs pyarrow."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gdl_core.errors import InputError, Skipped, UsageError
from gdl_image.files.items import Item
from gdl_image.files.kinds import Skip, column_of

_BATCH = 32


def read_parquet(path: Path, column: str | None, skip: Skip) -> Iterator[Item]:
    """Find the pictures of a Parquet file: a column of bytes, or of structures that hold ``bytes`` or a ``path``.

    The other filled columns become properties, except those of lists and structures. Labels that are numbers get the
    names that the file's own description gives them.
    """
    parquet, arrow = _pyarrow("pyarrow.parquet"), _pyarrow("pyarrow")
    try:
        with parquet.ParquetFile(path) as table:
            schema = table.schema_arrow
            name = _column(schema, column, path)
            labels = _label_names(schema.metadata or {})
            kept = [field.name for field in schema if field.name == name or not arrow.types.is_nested(field.type)]
            number = 0
            for batch in table.iter_batches(batch_size=_BATCH, columns=kept):
                for row in batch.to_pylist():
                    number += 1
                    where, cell = f"{path}:{number}", row.pop(name)
                    source = _source(cell, path.parent)
                    if source is None:
                        skip(Skipped(where, f"there is no picture in the column {name!r}"))
                    else:
                        yield Item(where, source, _named(row, labels))
    except (arrow.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{path} is no Parquet file, or a damaged one: {reason}") from None


def _pyarrow(part: str) -> Any:
    from importlib import import_module

    try:
        return import_module(part)
    except ImportError:
        raise UsageError("Parquet needs the package pyarrow: pip install pyarrow; or give a folder") from None


def _column(schema: Any, asked: str | None, path: Path) -> str:
    """Find the column of pictures, among those that can hold any."""
    types = _pyarrow("pyarrow").types

    def holds(kind: Any) -> bool:
        if types.is_struct(kind):
            return any(holds(field.type) for field in kind if field.name == "bytes")
        return types.is_binary(kind) or types.is_large_binary(kind)

    able = [field.name for field in schema if holds(field.type)]
    if not able:
        raise InputError(f"{path} has no column of encoded pictures; there is: {', '.join(schema.names)}")
    return column_of(able, asked, str(path))


def _source(cell: Any, folder: Path) -> Path | bytes | None:
    """Return the bytes of a cell, or where it says that they are."""
    if isinstance(cell, Mapping):
        path = cell.get("path")
        return cell.get("bytes") or (folder / path if path else None)
    return cell or None


def _label_names(metadata: Mapping[bytes, bytes]) -> dict[str, list[str]]:
    """Return for each column of labels the names that Hugging Face's description of the table gives them."""
    try:
        features = json.loads(metadata.get(b"huggingface", b"{}"))["info"]["features"]
        return {name: list(of["names"]) for name, of in features.items() if of.get("_type") == "ClassLabel"}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _named(row: Mapping[str, Any], labels: Mapping[str, list[str]]) -> dict[str, Any]:
    """Leave out empty cells, and name labels."""
    found = {name: value for name, value in row.items() if value is not None and not isinstance(value, bytes)}
    for name, names in labels.items():
        if isinstance(found.get(name), int) and 0 <= found[name] < len(names):
            found[name] = names[found[name]]
    return found
