"""Read molecules from a file as records, one after the other, whatever its kind."""

from collections.abc import Callable, Iterator
from pathlib import Path

from gdl_core.errors import InputError, Skipped
from gdl_core.representation import Record
from gdl_molecules.files.kinds import kind_of
from gdl_molecules.files.text import Lines, open_text
from gdl_molecules.files import delimited, smi

Skip = Callable[[Skipped], None]


def read(source: str | Path, *, column: str | None = None, skipped: Skip | None = None) -> Iterator[Record]:
    """Read a .smi, .csv, .tsv, .sdf or .parquet file (the text kinds also gzipped), or stdin for ``-``, as a stream.

    Nothing is parsed as a molecule here, except that an SDF record becomes the SMILES of its structure. `column` names
    the SMILES column of a table; left out, it is the one called `smiles` or the like, or the only one. The other
    columns become properties. A record that cannot be read goes to `skipped` and the stream goes on.

    Text is UTF-8, with or without a byte-order mark; a byte that is none is taken for Latin-1. Any line ending will do.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "mine.csv"
        >>> _ = path.write_text("id,smiles,pIC50\\n7,CCO,6.5\\n")
        >>> for record in read(path):
        ...     print(record.object, dict(record.properties))
        CCO {'id': 7, 'pIC50': 6.5}
    """
    skip = skipped or (lambda record: None)
    ...
