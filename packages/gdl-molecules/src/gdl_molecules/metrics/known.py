"""A large set of molecules of which one only asks: is this one among them?"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gdl_core.data import archive
from gdl_core.errors import InputError
from gdl_molecules.metrics.stream import Object, Skip, valid

KIND = "gdl-molecules known 1"
REFERENCE = "gdl-molecules reference 1"


class Known:
    """Molecules held as eight bytes each, whatever their size: a hash of their canonical SMILES.

    Two different molecules look the same with a chance of 10^-19. A file of known molecules loads at once, where
    making the canonical SMILES of a million molecules takes minutes.

    Example:
        >>> known = Known.of(["OCC", "c1ccccc1"])
        >>> known.contain(["CCO", "CCN"])
        array([ True, False])
    """

    def __init__(self, hashes: NDArray[np.uint64]) -> None:
        self.hashes = np.unique(hashes)

    @classmethod
    def of(cls, molecules: Iterable[Object], *, workers: int | None = None, skipped: Skip | None = None) -> Self:
        """Take in molecules in any spelling; what is no molecule is left out, and named to `skipped`."""
        return cls.of_canonical(valid("identity", molecules, workers=workers, skipped=skipped))

    @classmethod
    def of_canonical(cls, smiles: Iterable[str]) -> Self:
        """Take in molecules whose SMILES are canonical already, as they are."""
        return cls(np.fromiter(map(_hash, smiles), dtype=np.uint64))

    def contain(self, canonical: Sequence[str]) -> NDArray[np.bool_]:
        """Tell which of these canonical SMILES are known.

        Shapes: a list of SMILES -> (SMILES,).
        """
        asked = np.fromiter(map(_hash, canonical), dtype=np.uint64, count=len(canonical))
        return np.isin(asked, self.hashes)

    def __contains__(self, canonical: str) -> bool:
        """Tell whether one canonical SMILES is known."""
        asked = np.uint64(_hash(canonical))
        place = np.searchsorted(self.hashes, asked)
        return bool(place < len(self.hashes) and self.hashes[place] == asked)

    def __len__(self) -> int:
        return len(self.hashes)

    def __repr__(self) -> str:
        return f"Known({len(self):,} molecules)"

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write a small .npz file; an existing one is refused without `force`."""
        return archive.save(path, KIND, {"hashes": self.hashes}, force=force)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote, or the molecules of a saved `Reference`."""
        hashes = archive.load(path, KIND, REFERENCE).get("hashes")
        if hashes is None or hashes.dtype != np.uint64 or hashes.ndim != 1:
            raise InputError(f"{path} is damaged: it does not hold one list of hashes; make it again")
        return cls(hashes)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
