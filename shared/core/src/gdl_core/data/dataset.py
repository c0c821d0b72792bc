"""A prepared data set: a folder of flat arrays with a description, opened as memory maps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from gdl_core.conditions import UNKNOWN, ClassCondition, Condition, SequenceCondition, VectorCondition, fit_condition
from gdl_core.data.encode import join
from gdl_core.errors import GdlError, InputError, nearest, same_name
from gdl_core.folders import sha256
from gdl_core.spaces import Arrays, Batch, Sample, Space, space_from_config, with_conditions

FORMAT = 1
DESCRIPTION = "dataset.json"
SMALL = 1 << 28
"""A data set of up to this many bytes is hashed whenever it is opened; that takes a fraction of a second."""

SCANNED = 1 << 32
"""An array of up to this many bytes is searched for values outside its space when it is opened."""


@dataclass(frozen=True)
class Column:
    """A property of every sample: numbers, or classes where `labels` are given (values are then their positions).

    What is not known of a sample is nan, or -1 for a class.
    """

    values: np.ndarray
    labels: tuple[str, ...] | None = None


class Dataset:
    """Encoded samples that are read by row.

    `description` is what `dataset.json` says: domain, representation, space, count, source, files and their hashes.

    Example:
        >>> from gdl_core.spaces import Tokens
        >>> data = Dataset.from_samples(Tokens(5, 4), [torch.tensor([1, 2, 3]), torch.tensor([4])])
        >>> len(data), data.sizes.tolist(), data.batch(np.array([1])).values.tolist()
        (2, [4, 2], [[4]])
    """

    def __init__(
        self,
        description: Mapping[str, Any],
        arrays: Arrays,
        offsets: Arrays,
        sizes: np.ndarray,
        columns: Mapping[str, Column],
    ) -> None:
        self.description = dict(description)
        self.space: Space = space_from_config(description["space"])
        self.arrays, self.offsets, self.sizes, self.columns = arrays, offsets, sizes, dict(columns)

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def domain(self) -> str:
        """The name of the domain whose objects were encoded."""
        return self.description["domain"]

    @property
    def representation_config(self) -> dict[str, Any]:
        """The representation that encoded the objects: its name and its config."""
        return self.description["representation"]

    @property
    def overlap(self) -> int:
        """With how many of the rows behind it a row may share content, as windows of one object do."""
        return self.description.get("overlap", 0)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that training sees: the samples, their properties and the space."""
        seen = {"space": self.description["space"], "files": self.description.get("files") or self._hash_arrays()}
        return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()

    def batch(self, rows: np.ndarray | Sequence[int], *, conditions: Sequence[Condition] = ()) -> Batch:
        """Collate the samples of these rows, with what their columns say about these conditions."""
        rows = np.asarray(rows)
        batch = self.space.gather(self.arrays, self.offsets, rows)
        if not conditions:
            return batch
        return with_conditions(batch, {condition.name: self._asked(condition, rows) for condition in conditions})

    def condition(self, name: str) -> Condition:
        """Make the condition that fits a column; the case of its name is free where it is clear."""
        name = same_name(name, self.columns) or name
        column = self._column(name)
        if column.labels is not None:
            return ClassCondition(name, tuple(sorted(column.labels)))
        return fit_condition(name, column.values[np.isfinite(column.values)].tolist())

    def _column(self, name: str) -> Column:
        if name not in self.columns:
            raise InputError(
                f"the data set has no column {name!r}; {nearest(name, self.columns)}; to have it, prepare the data "
                f"with it as a condition"
            )
        return self.columns[name]

    def _asked(self, condition: Condition, rows: np.ndarray) -> Tensor:
        """Return the rows of a condition. Shapes: (batch,) for a class, (batch, 1) for a number."""
        if isinstance(condition, SequenceCondition):
            raise InputError(f"a column holds a label or a number for each sample, not the sequence {condition.name!r}")
        column = self._column(condition.name)
        if isinstance(condition, VectorCondition):
            numbers = torch.from_numpy(column.values[rows].astype(np.float32))
            return ((numbers - condition.mean[0]) / condition.deviation[0])[:, None]
        places = [condition.labels.index(label) for label in column.labels or ()]
        return torch.tensor([*places, UNKNOWN])[torch.from_numpy(column.values[rows].astype(np.int64))]

    @classmethod
    def from_samples(
        cls,
        space: Space,
        samples: Sequence[Sample],
        *,
        columns: Mapping[str, Column] | None = None,
        domain: str = "",
        representation: Mapping[str, Any] | None = None,
    ) -> Self:
        """Make a data set in memory."""
        encoded = join(space, [samples])
        offsets = {name: np.concatenate([[0], np.cumsum(lengths)]) for name, lengths in encoded.lengths.items()}
        description = {"domain": domain, "representation": dict(representation or {}), "space": space.to_config()}
        return cls(description, encoded.arrays, offsets, encoded.sizes, columns or {})

    @classmethod
    def open(cls, folder: str | Path, *, domain: str | None = None, check: bool | None = None) -> Self:
        """Open what `prepare` wrote. Only small ones are hashed, unless `check` says otherwise.

        What does not fit together is an `InputError` that names the file.
        """
        folder = Path(folder)
        description = _read_description(folder)
        if domain and description["domain"] != domain:
            raise InputError(
                f"{folder} holds a data set of the domain {description['domain']!r}, not {domain!r}; "
                f"use it with `gdl {description['domain']}`"
            )
        files = description["files"]
        if check or (check is None and sum(file["bytes"] for file in files.values()) <= SMALL):
            _check_hashes(folder, files)
        try:
            return _open_arrays(cls, folder, description)
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{folder / DESCRIPTION} lacks an entry ({error}); prepare the data again") from error

    def _hash_arrays(self) -> list[str]:
        columns = [self.columns[name].values for name in sorted(self.columns)]
        arrays = [*self.arrays.values(), *self.offsets.values(), *columns]
        return [hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest() for array in arrays]


def is_dataset(folder: str | Path) -> bool:
    """Say whether a path is a prepared data set."""
    return (Path(folder) / DESCRIPTION).is_file()


def _open_arrays(cls: type[Dataset], folder: Path, description: Mapping[str, Any]) -> Any:
    count = description["count"]
    space = space_from_config(description["space"])
    arrays = {name: _open(folder / f"{name}.npy", dtype) for name, dtype in space.fields.items()}
    offsets = {name: _open(folder / f"{name}.offsets.npy", np.dtype(np.int64), count + 1) for name in arrays}
    for name, starts in offsets.items():
        _check_offsets(folder / f"{name}.offsets.npy", starts, len(arrays[name]))
    sizes = _open(folder / "sizes.npy", np.dtype(np.int32), count)
    columns = {
        name: Column(
            _open(folder / column["file"], np.dtype(column["dtype"]), count),
            tuple(column["labels"]) if column["labels"] is not None else None,
        )
        for name, column in description["columns"].items()
    }
    dataset = cls(description, arrays, offsets, sizes, columns)
    _check_samples(folder, dataset)
    return dataset


def _read_description(folder: Path) -> dict[str, Any]:
    path = folder / DESCRIPTION
    if not path.is_file():
        near = [p.parent.name for p in folder.parent.glob(f"*/{DESCRIPTION}")] if folder.parent.is_dir() else []
        raise InputError(f"{folder} is no prepared data set ({DESCRIPTION} is missing); {nearest(folder.name, near)}")
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        version = description["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is damaged ({error}); prepare the data again") from error
    if version > FORMAT:
        raise InputError(f"{folder} was prepared by a newer version of gdl (format {version}); update gdl-core")
    return description


def _check_hashes(folder: Path, files: Mapping[str, Any]) -> None:
    for name, file in files.items():
        path = folder / name
        if not path.is_file():
            raise InputError(f"{path} is missing; prepare the data again")
        if path.stat().st_size != file["bytes"]:
            raise InputError(f"{path} has {path.stat().st_size} bytes instead of {file['bytes']}; prepare again")
        if sha256(path) != file["sha256"]:
            raise InputError(f"{path} has changed since it was prepared; prepare the data again")


def _open(path: Path, dtype: np.dtype, count: int | None = None) -> np.ndarray:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)  # noqa: TID251 - no pickle
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}); prepare the data again") from error
    if array.dtype != dtype or array.ndim != 1 or (count is not None and len(array) != count):
        raise InputError(
            f"{path} holds {array.dtype} of shape {array.shape}, not {dtype} of shape ({count or 'any'},); "
            "prepare the data again"
        )
    return array.view(np.ndarray)  # a plain view of the map: np.memmap is slow to index


def _check_offsets(path: Path, starts: np.ndarray, length: int) -> None:
    if starts[0] != 0 or starts[-1] != length or (len(starts) > 1 and np.diff(starts).min() < 0):
        raise InputError(f"{path} does not fit the samples it divides; prepare the data again")


def _check_samples(folder: Path, dataset: Dataset) -> None:
    """Read the likeliest misfits back, so that arrays that do not fit their space fail here and not in training."""
    try:
        for row in _suspects(dataset):
            sample = {n: a[dataset.offsets[n][row] : dataset.offsets[n][row + 1]] for n, a in dataset.arrays.items()}
            dataset.space.pack(dataset.space.unpack(sample))
    except (GdlError, ValueError, RuntimeError) as error:
        raise InputError(f"{folder}: the samples do not fit their description ({error}); prepare again") from error


def _suspects(dataset: Dataset) -> set[int]:
    """Return the rows with the greatest and the least value, the longest and the shortest, and the ends."""
    rows = {0, len(dataset) - 1} if len(dataset) else set()
    for name, offsets in dataset.offsets.items():
        array, lengths = dataset.arrays[name], np.diff(offsets)
        if len(array) and array.nbytes <= SCANNED:
            places = np.array([array.argmin(), array.argmax()])
            rows |= set((np.searchsorted(offsets, places, side="right") - 1).tolist())
        if len(lengths):
            rows |= {int(lengths.argmin()), int(lengths.argmax())}
    return rows
