"""A set of molecules, measured once, that others are compared with."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gdl_core.data import archive
from gdl_core.errors import InputError
from gdl_molecules.measures import DESCRIBED, FINGERPRINT_BYTES, Measures
from gdl_molecules.metrics import chemnet
from gdl_molecules.metrics.chemnet import Gaussian
from gdl_molecules.metrics.known import REFERENCE, Known
from gdl_molecules.metrics.stream import Object, Skip, valid
from gdl_molecules.metrics.texts import pack_texts, unpack_texts


@dataclass(frozen=True)
class Reference:
    """What a set of molecules is measured by: fingerprints, fragments, scaffolds, properties, and ChemNet's view.

    A set of 176,074 molecules takes minutes to measure, most of them for ChemNet, and then stands in one file of some
    megabytes that loads in a second.

    Shapes: fingerprints (molecules, 128 bytes); each of the properties (molecules,).

    Example:
        >>> reference = Reference.measure(["CCO", "c1ccccc1"], fcd=False)
        >>> len(reference), reference.fragments["CCO"]
        (2, 1)
    """

    known: Known
    fingerprints: NDArray[np.uint8]
    fragments: Counter[str]
    scaffolds: Counter[str]
    properties: dict[str, NDArray[np.float64]]
    gaussian: Gaussian | None

    @classmethod
    def measure(
        cls,
        molecules: Iterable[Object],
        *,
        fcd: bool = True,
        workers: int | None = None,
        device: str = "cpu",
        skipped: Skip | None = None,
    ) -> Self:
        """Measure molecules in any spelling; what is no molecule is left out, and named to `skipped`.

        Without `fcd`, or where that package is missing, ChemNet's view is left out. `device` is where ChemNet runs.
        """
        found = valid("measure", molecules, workers=workers, skipped=skipped)
        reference, _ = cls.gather(found, fcd=fcd, device=device)
        if not len(reference):
            raise InputError("the reference holds no valid molecule to compare with")
        return reference

    @classmethod
    def gather(cls, measured: Iterable[Measures], *, fcd: bool, device: str) -> tuple[Self, list[str]]:
        """Put together what is known of single molecules; also return their canonical SMILES, in order."""
        canonical, fingerprints, values = [], bytearray(), list[list[float]]()
        fragments, scaffolds = Counter[str](), Counter[str]()
        for one in measured:
            canonical.append(one["smiles"])
            fingerprints += bytes.fromhex(one["fingerprint"])
            fragments.update(one["fragments"])
            scaffolds.update(filter(None, [one["scaffold"]]))
            values.append(one["values"])
        columns = np.array(values, dtype=np.float64).reshape(-1, len(DESCRIBED)).T
        reference = cls(
            known=Known.of_canonical(canonical),
            fingerprints=np.frombuffer(bytes(fingerprints), np.uint8).reshape(-1, FINGERPRINT_BYTES),
            fragments=fragments,
            scaffolds=scaffolds,
            properties=dict(zip(DESCRIBED, columns, strict=True)),
            gaussian=chemnet.gaussian(canonical, device=device) if fcd and chemnet.available() else None,
        )
        return reference, canonical

    def __len__(self) -> int:
        return len(self.fingerprints)

    def __repr__(self) -> str:
        return f"Reference({len(self):,} molecules{'' if self.gaussian else ', without ChemNet'})"

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write a .npz file; an existing one is refused without `force`."""
        return archive.save(path, REFERENCE, dict(self._arrays()), force=force)

    def _arrays(self) -> Iterator[tuple[str, NDArray[Any]]]:
        yield "hashes", self.known.hashes
        yield "fingerprints", self.fingerprints
        for name in ("fragments", "scaffolds"):
            counts: Counter[str] = getattr(self, name)
            yield name, pack_texts(list(counts))
            yield f"{name}_counts", np.array(list(counts.values()), dtype=np.int64)
        for name, values in self.properties.items():
            yield name, values
        if self.gaussian:
            yield "mean", self.gaussian.mean
            yield "covariance", self.gaussian.covariance

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote. No pickle is opened."""
        arrays = archive.load(path, REFERENCE)
        try:
            reference = cls(
                known=Known(arrays["hashes"]),
                fingerprints=arrays["fingerprints"],
                fragments=_counts(arrays, "fragments"),
                scaffolds=_counts(arrays, "scaffolds"),
                properties={name: arrays[name] for name in DESCRIBED},
                gaussian=Gaussian(arrays["mean"], arrays["covariance"]) if "mean" in arrays else None,
            )
        except (KeyError, ValueError) as error:
            raise InputError(f"{path} is damaged: {error}; make it again") from None
        if not reference._is_sound():
            raise InputError(f"{path} is damaged: its parts do not fit together; make it again")
        return reference

    def _is_sound(self) -> bool:
        count = len(self.fingerprints)
        gaussian = self.gaussian
        return (
            count > 0
            and self.known.hashes.dtype == np.uint64
            and self.fingerprints.dtype == np.uint8
            and self.fingerprints.shape == (count, FINGERPRINT_BYTES)
            and all(values.shape == (count,) and np.isfinite(values).all() for values in self.properties.values())
            and (gaussian is None or gaussian.mean.shape == (chemnet.FEATURES,))
            and (gaussian is None or gaussian.covariance.shape == (chemnet.FEATURES, chemnet.FEATURES))
        )


def _counts(arrays: dict[str, NDArray[Any]], name: str) -> Counter[str]:
    texts = unpack_texts(arrays[name])
    return Counter(dict(zip(texts, arrays[f"{name}_counts"].tolist(), strict=True)))
