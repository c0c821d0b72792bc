"""From files to a prepared data set."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gdl_core.data import Dataset, Measured, prepare
from gdl_core.domains import Domain
from gdl_core.errors import InputError, RepresentationError, Skipped, UsageError, nearest, same_name
from gdl_core.representation import Record, Representation

Unknown = Literal["extend", "error", "skip"]
Source = str | Path


@dataclass(frozen=True)
class Files:
    """What to read: files (``-``: the standard input), and in tables the column that holds the objects."""

    domain: Domain
    sources: Sequence[Source]
    column: str | None = None

    def __post_init__(self) -> None:
        if not self.sources:
            raise UsageError("there is nothing to read; name a file")

    def records(self, skipped: Callable[[Skipped], None] = lambda skip: None) -> Iterator[Record]:
        """Read all files, one after the other."""
        read = self.domain.load("read")
        for source in self.sources:
            yield from read(source, column=self.column, skipped=skipped)


@dataclass
class Survey:
    """A first pass over the records: hands on the objects, and notes what the properties asked for hold.

    A column wins over a property that the domain measures; the case of a name is free where it is clear.
    """

    files: Files
    asked: Sequence[str] = ()
    numbers: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    others: set[str] = field(default_factory=set)
    done: bool = False

    def objects(self) -> Iterator[Any]:
        """Give the object of every record."""
        wanted = {name.casefold() for name in self.asked}
        for record in self.files.records():
            for name, value in record.properties.items() if wanted else ():
                if name.casefold() in wanted:
                    self._note(name, value)
                else:
                    self.others.add(name)
            yield record.object
        self.done = True

    def _note(self, name: str, value: Any) -> None:
        if value in (None, ""):
            return
        try:
            float(value)
            self.numbers[name] += 1
        except (TypeError, ValueError):
            self.texts[name] += 1

    def columns(self) -> dict[str, Any]:
        """Tell which properties are columns of numbers, which are columns of labels, and which are to be measured.

        A column holds numbers when at least half of its filled cells do; whatever else stands in it is then an error of
        its record.
        """
        if self.asked and not self.done:
            deque(self.objects(), maxlen=0)
        domain, columns = self.files.domain, {*self.numbers, *self.texts}
        found: dict[str, list[str]] = {"numbers": [], "labels": [], "measured": []}
        for asked in dict.fromkeys(self.asked):
            name = same_name(asked, columns)
            if name is not None:
                found["numbers" if self.numbers[name] >= self.texts[name] else "labels"].append(name)
            elif measured := same_name(asked, domain.properties):
                found["measured"].append(measured)
            else:
                raise InputError(self._nowhere(asked, columns))
        names = {kind: tuple(dict.fromkeys(names)) for kind, names in found.items()}
        return {**names, "measured": Measured(domain.measure or "", names["measured"])}

    def _nowhere(self, asked: str, columns: set[str]) -> str:
        if len(alike := [name for name in columns if name.casefold() == asked.casefold()]) > 1:
            return f"the columns {' and '.join(map(repr, sorted(alike)))} differ from {asked!r} in case only; name one"
        measures = f", and {self.files.domain.name} measures none" if self.files.domain.properties else ""
        hint = nearest(asked, {*self.others, *self.files.domain.properties})
        return f"no record has a value in a column {asked!r}{measures}; {hint}"


def prepare_files(
    domain: Domain,
    sources: Sequence[Source],
    out: Source,
    *,
    representation: Representation | str | None = None,
    unknown: Unknown = "extend",
    columns: Sequence[str] = (),
    column: str | None = None,
    workers: int | None = None,
    replace: bool = False,
    skipped: Callable[[Skipped], None] = lambda skip: None,
    progress: Callable[[int], None] = lambda count: None,
) -> Dataset:
    """Read files, fit the representation to them and write a data set that training can open without the domain.

    A `representation` given by name (None: the domain's first) learns its vocabulary from the data. One that is
    given as an object is kept: `unknown` says whether what it cannot hold widens it, is an error, or is skipped.
    `columns` are properties to keep: columns of the files, or where there is none of that name, what the domain
    measures.
    """
    with ExitStack() as stack:
        files = Files(
            domain, [stack.enter_context(_readable_twice(source, domain.standard_input)) for source in sources], column
        )
        survey = Survey(files, columns)
        speaks = _fit(domain, representation, survey, unknown)
        return prepare(
            files.records(skipped),
            speaks,
            out,
            domain=domain.name,
            source=", ".join(Path(source).name for source in sources),
            workers=workers,
            replace=replace,
            skipped=skipped,
            progress=progress,
            **survey.columns(),
        )


def _fit(domain: Domain, given: Representation | str | None, survey: Survey, unknown: Unknown) -> Representation:
    if not isinstance(given, Representation):
        try:
            return domain.representation(given)().fit(survey.objects())
        except RepresentationError as error:
            raise InputError(f"{', '.join(map(str, survey.files.sources))}: {error}") from error
    if unknown == "skip":
        return given
    wider = type(given).from_config(given.to_config())
    new = wider.extend(survey.objects())
    if unknown == "error" and wider.to_config() != given.to_config():
        what = f"{', '.join(map(repr, new[:5]))}{' and more' if len(new) > 5 else ''}" if new else "longer objects"
        raise InputError(f"the data holds what the model does not know: {what}; widen the model, or skip such records")
    return wider


@contextmanager
def _readable_twice(source: Source, name: str) -> Iterator[Source]:
    """Give the source itself, or a copy of the standard input."""
    if str(source) != "-":
        yield source
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / name
        with copy.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield copy
