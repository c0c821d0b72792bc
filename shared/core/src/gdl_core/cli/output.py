"""What `gdl` writes: results to stdout, talk to stderr."""

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def tell(message: str) -> None:
    """Say something on stderr."""
    print(message, file=sys.stderr, flush=True)


def print_json(document: Any) -> None:
    """Write one JSON document to stdout; what is no finite number becomes null."""
    print(json.dumps(_plain(document), ensure_ascii=False, allow_nan=False, indent=1, default=str))


def print_table(rows: Sequence[Mapping[str, Any]], columns: Iterable[str]) -> None:
    """Write rows as aligned columns under their names, whatever the width of the terminal.

    Example:
        >>> print_table([{"name": "moses", "valid": 0.99512}, {"name": "x", "valid": None}], ["name", "valid"])
        name   valid
        moses  0.9951
        x      -
    """
    names = list(columns)
    cells = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(names))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def print_facts(facts: Mapping[str, Any]) -> None:
    """Write names and values, one pair to a line.

    Example:
        >>> print_facts({"valid": 0.5, "pairs": [["a", "b"]]})
        valid  0.5
        pairs  a b
    """
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        print(f"{name.ljust(width)}  {_cell(value)}")


def _cell(value: Any) -> str:
    if value is None or value == "" or value == []:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(part)}" for name, part in value.items()) or "-"
    if isinstance(value, list | tuple):
        inner = [" ".join(map(str, part)) if isinstance(part, list | tuple) else _cell(part) for part in value]
        return ", ".join(inner)
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if hasattr(value, "tolist"):  # numbers and arrays of numpy and torch
        return _plain(value.tolist())
    return value
