"""Encode a stream of records into a data set's folder."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from gdl_core import __version__
from gdl_core.conditions import UNKNOWN
from gdl_core.data.dataset import DESCRIPTION, FORMAT, Dataset
from gdl_core.data.encode import NOTHING, Encoded, Measured, encode_all, encoders
from gdl_core.errors import InputError, Skipped, nearest
from gdl_core.folders import new_folder, sha256
from gdl_core.representation import Record, Representation
from gdl_core.workers import cores, travels

CHUNK = 2048
SMALL = 4
"""Fewer chunks than this are encoded here: to start workers would take longer."""

HELD = 1 << 26
"""Arrays are worked on in chunks of about so many bytes, however few they are."""


def prepare(
    records: Iterable[Record],
    representation: Representation,
    out: str | Path,
    *,
    domain: str,
    source: str = "",
    numbers: Sequence[str] = (),
    labels: Sequence[str] = (),
    measured: Measured = NOTHING,
    workers: int | None = None,
    skipped: Callable[[Skipped], None] = lambda skip: None,
    progress: Callable[[int], None] = lambda count: None,
    replace: bool = False,
) -> Dataset:
    """Encode records into the folder `out`, and open it.

    `numbers` and `labels` name the properties to keep as columns; what is `measured` of the objects becomes columns
    too. An object that the representation cuts into windows becomes several samples with the same columns. A record
    that cannot be used is handed to `skipped`, in order, and left out. `progress` hears how many records were read.
    Records stream: memory stays bounded.
    """
    out = Path(out)
    counter = _Counter(skipped, progress)
    with new_folder(out, replace=replace) as folder:
        with _Writer(folder, representation, numbers, labels, measured.names) as writer:
            for chunk, encoded in _encode(records, representation, measured, workers):
                writer.append(chunk, encoded, counter)
        if not writer.count:
            raise InputError(_nothing(source, counter))
        writer.check()
        writer.describe(domain=domain, source=source, skipped=counter.skipped)
    return Dataset.open(out)


def _nothing(source: str, counter: _Counter) -> str:
    place = source or "the input"
    if not counter.read:
        return f"{place} holds no records"
    return f"none of the {counter.read} records of {place} could be used; the first: {counter.first}"


class _Counter:
    """Counts what was read and skipped, and tells who asked."""

    def __init__(self, skipped: Callable[[Skipped], None], progress: Callable[[int], None]) -> None:
        self.tell, self.progress = skipped, progress
        self.read, self.skipped, self.first = 0, 0, ""

    def skip(self, where: str, reason: str) -> None:
        self.skipped += 1
        skip = Skipped(where, reason)
        self.first = self.first or str(skip)
        self.tell(skip)

    def advance(self, count: int) -> None:
        self.read += count
        self.progress(self.read)


def _encode(
    records: Iterable[Record], representation: Representation, measured: Measured, workers: int | None
) -> Iterator[tuple[list[Record], Encoded]]:
    """Yield each chunk of records with what became of it, in order. Workers take objects that are JSON values."""
    chunks = _chunks(records)
    start = list(islice(chunks, 1))
    count = workers or cores()
    if count > 1 and travels([record.object for record in islice(chain(*start), 1)]):
        start += islice(chunks, SMALL - 1)
    alone = len(start) < SMALL
    waiting: list[list[Record]] = []

    def objects() -> Iterator[list[Any]]:
        for chunk in chain(start, chunks):
            waiting.append(chunk)
            yield [record.object for record in chunk]

    def here(chunks: Iterable[list[Any]]) -> Iterator[Encoded]:
        return (encode_all(representation, chunk, measured) for chunk in chunks)

    with nullcontext(here) if alone else encoders(representation, count, measured) as encode:
        for encoded in encode(objects()):
            yield waiting.pop(0), encoded


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Cut a stream into lists of `CHUNK` records, or fewer where these are large arrays or texts."""
    chunk: list[Record] = []
    held = 0
    for record in records:
        chunk.append(record)
        held += len(record.object) if isinstance(record.object, str) else getattr(record.object, "nbytes", 0)
        if len(chunk) == CHUNK or held >= HELD:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


class _Writer:
    """Appends encoded chunks to the files of a data set."""

    def __init__(
        self,
        folder: Path,
        representation: Representation,
        numbers: Sequence[str],
        labels: Sequence[str],
        measured: Sequence[str],
    ) -> None:
        self.folder, self.representation, self.files = folder, representation, ExitStack()
        self.numbers, self.labels = tuple(numbers), {name: dict[str, int]() for name in labels}
        self.measured, self.empty = tuple(measured), {*numbers, *labels}
        self.there: set[str] = set()
        self.count = 0

    def __enter__(self) -> Self:
        fields = self.representation.space.fields
        self.arrays = {name: self._open(f"{name}.npy", dtype) for name, dtype in fields.items()}
        self.offsets = {name: self._open(f"{name}.offsets.npy", np.dtype(np.int64)) for name in fields}
        self.sizes = self._open("sizes.npy", np.dtype(np.int32))
        kinds = {**dict.fromkeys([*self.numbers, *self.measured], np.float32), **dict.fromkeys(self.labels, np.int32)}
        self.columns = {
            name: self._open(f"column-{place}.npy", np.dtype(kind)) for place, (name, kind) in enumerate(kinds.items())
        }
        for offsets in self.offsets.values():
            offsets.append(np.zeros(1, np.int64))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.files.close()

    def _open(self, name: str, dtype: np.dtype) -> _ArrayFile:
        return self.files.enter_context(_ArrayFile(self.folder / name, dtype))

    def check(self) -> None:
        """Refuse a column in which no record has a value."""
        for name in self.empty:
            raise InputError(f"no record has a value in a column {name!r}; {nearest(name, self.there)}")

    def append(self, records: list[Record], encoded: Encoded, counter: _Counter) -> None:
        refused = dict(encoded.refused)
        taken = np.ones(len(records) - len(refused), bool)
        values: dict[str, list[float]] = {name: [] for name in [*self.numbers, *self.labels]}
        kept = 0
        for position, record in enumerate(records):
            reason = refused.get(position)
            if reason is None:
                reason = self._read_columns(record, values)
                taken[kept] = reason is None
                kept += 1
            if reason is not None:
                counter.skip(record.where, reason)
        self._append_arrays(encoded, np.repeat(taken, encoded.samples))
        found = [*map(np.array, values.values()), *encoded.numbers[taken].T]
        for name, column in zip([*values, *self.measured], found, strict=True):
            self.columns[name].append(np.repeat(column, encoded.samples[taken]))
        counter.advance(len(records))

    def _append_arrays(self, encoded: Encoded, taken: np.ndarray) -> None:
        for name, array in encoded.arrays.items():
            lengths = encoded.lengths[name]
            if not taken.all():
                array, lengths = array[np.repeat(taken, lengths)], lengths[taken]
            start = self.arrays[name].length
            self.arrays[name].append(array)
            self.offsets[name].append(start + np.cumsum(lengths))
        self.sizes.append(encoded.sizes[taken])
        self.count += int(taken.sum())

    def _read_columns(self, record: Record, values: dict[str, list[float]]) -> str | None:
        """Add a record's properties to the columns, all or none; return the reason if one cannot be used."""
        if not values:
            return None
        try:
            found: list[float] = [_number(record, name) for name in self.numbers]
        except ValueError as error:
            return str(error)
        found += [_code(record, name, codes) for name, codes in self.labels.items()]
        for name, value in zip(values, found, strict=True):
            values[name].append(value)
        if self.empty:
            self.there.update(record.properties)
            self.empty = {name for name in self.empty if record.properties.get(name) in (None, "")}
        return None

    def describe(self, **facts: Any) -> None:
        """Write `dataset.json`, after all files are closed."""
        representation = self.representation
        description = {
            "format": FORMAT,
            "gdl": __version__,
            **facts,
            "representation": {"name": representation.name, "config": representation.to_config()},
            "space": representation.space.to_config(),
            "count": self.count,
            "overlap": representation.overlap,
            "columns": {
                name: {
                    "file": column.path.name,
                    "dtype": column.dtype.name,
                    "labels": list(self.labels[name]) if name in self.labels else None,
                }
                for name, column in self.columns.items()
            },
            "files": {
                path.name: {"bytes": path.stat().st_size, "sha256": sha256(path)}
                for path in sorted(self.folder.glob("*.npy"))
            },
        }
        text = json.dumps(description, indent=1, ensure_ascii=False)
        (self.folder / DESCRIPTION).write_text(text, encoding="utf-8")


def _number(record: Record, name: str) -> float:
    """Read a number; an empty cell is not known, anything else that is no finite number is an error."""
    value = record.properties.get(name)
    if value is None or value == "":
        return math.nan
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"the column {name!r} holds {value!r}, which is no finite number")
    return number


def _code(record: Record, name: str, codes: dict[str, int]) -> int:
    """Return the position of a label, which joins the known ones; an empty cell is not known."""
    value = record.properties.get(name)
    return UNKNOWN if value is None or value == "" else codes.setdefault(str(value), len(codes))


class _ArrayFile:
    """A one-dimensional .npy file that grows."""

    def __init__(self, path: Path, dtype: np.dtype) -> None:
        self.path, self.dtype, self.length = path, dtype, 0

    def __enter__(self) -> Self:
        self.file = self.path.open("wb")
        self._write_header()
        return self

    def __exit__(self, *error: object) -> None:
        with self.file:
            self.file.seek(0)
            self._write_header()  # numpy pads it, so that any length fits

    def append(self, array: np.ndarray) -> None:
        self.file.write(np.ascontiguousarray(array, self.dtype).data)
        self.length += len(array)

    def _write_header(self) -> None:
        header = {"shape": (self.length,), "fortran_order": False, "descr": np.lib.format.dtype_to_descr(self.dtype)}
        np.lib.format.write_array_header_1_0(self.file, header)
