"""SMILES files: one molecule in a line, the SMILES first, a name behind it."""

import re
from collections.abc import Iterator

from gdl_core.representation import Record
from gdl_molecules.files.kinds import SMILES_COLUMNS
from gdl_molecules.files.text import Lines

_EXTENSION = re.compile(r"\|[^|]*\|\s*")


def read_smi(lines: Lines) -> Iterator[Record]:
    """Read each line's first field; the rest is its name. A CXSMILES extension is left out.

    A first line that calls its first field ``smiles`` is a header. Empty lines and those that begin with ``#`` hold
    no molecule.
    """
    first = True
    for line in lines:
        fields = line.split(None, 1)
        if not fields or fields[0].startswith("#"):
            continue
        if first and fields[0].lower() in SMILES_COLUMNS:
            first = False
            continue
        first = False
        name = _EXTENSION.sub("", fields[1], count=1).strip() if len(fields) > 1 else ""
        yield Record(fields[0], lines.where, {"name": name} if name else {})
