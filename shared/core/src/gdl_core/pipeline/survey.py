"""A first look at the files of a data set: the objects, and what the properties hold that are asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gdl_core.data import Measured
from gdl_core.domains import Domain
from gdl_core.errors import InputError, Skipped, UsageError, nearest, same_name
from gdl_core.representation import Record

Source = str | Path

FEW_LABELS, MOST_LABELS = 20, 1000
"""Up to so many labels may stand once each; more than so many are no classes."""


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
class Tally:
    """What the filled cells of a column hold.

    Example:
        >>> tally = Tally()
        >>> for cell in ("1.5", 7, None, "n/a"):
        ...     tally.note(cell)
        >>> tally
        Tally(numbers=2, texts=1, labels={'n/a'})
    """

    numbers: int = 0
    texts: int = 0
    labels: set[str] = field(default_factory=set)

    def note(self, value: Any) -> None:
        """Count a cell."""
        if value in (None, ""):
            return
        try:
            float(value)
            self.numbers += 1
        except (TypeError, ValueError):
            self.texts += 1
            if len(self.labels) <= MOST_LABELS:
                self.labels.add(str(value))

    def kind(self, name: str) -> str:
        """Tell whether this is a column of numbers or of labels, or refuse it.

        It holds numbers when at least half of its filled cells do. Labels repeat: they are classes.
        """
        if self.numbers >= self.texts:
            return "numbers"
        different = len(self.labels)
        if different > MOST_LABELS or (different > FEW_LABELS and 2 * different > self.texts):
            many = f"more than {MOST_LABELS:,}" if different > MOST_LABELS else f"{different:,}"
            raise InputError(
                f"the column {name!r} holds {many} different texts in {self.texts:,} cells, such as "
                f"{min(self.labels)!r}: these are neither numbers nor labels that repeat; mend or leave out the column"
            )
        return "labels"


@dataclass
class Survey:
    """A first pass over the records: hands on the objects, and notes what the properties asked for hold.

    `skipped` is the first record that could not be read.
    A column wins over a property that the domain measures; the case of a name is free where it is clear.
    """

    files: Files
    asked: Sequence[str] = ()
    tallies: dict[str, Tally] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)
    done: bool = False

    def objects(self) -> Iterator[Any]:
        """Give the object of every record."""
        self.tallies.clear()
        self.skipped.clear()
        wanted = {name.casefold() for name in self.asked}
        for record in self.files.records(self._note_skipped):
            for name, value in record.properties.items() if wanted else ():
                if name.casefold() in wanted:
                    self.tallies.setdefault(name, Tally()).note(value)
                else:
                    self.others.add(name)
            yield record.object
        self.done = True

    def _note_skipped(self, skip: Skipped) -> None:
        self.skipped = self.skipped or [skip]

    def columns(self) -> dict[str, Any]:
        """Tell which properties are columns of numbers, which are columns of labels, and which are to be measured."""
        if self.asked and not self.done:
            deque(self.objects(), maxlen=0)
        domain = self.files.domain
        filled = {name: tally for name, tally in self.tallies.items() if tally != Tally()}
        found: dict[str, dict[str, None]] = {"numbers": {}, "labels": {}, "measured": {}}
        for asked in self.asked:
            if name := same_name(asked, filled):
                found["labels" if name in domain.labels else filled[name].kind(name)][name] = None
            elif name := same_name(asked, domain.properties):
                found["measured"][name] = None
            else:
                raise InputError(self._nowhere(asked, filled))
        measured = Measured(domain.measure or "", tuple(found["measured"]))
        return {"numbers": tuple(found["numbers"]), "labels": tuple(found["labels"]), "measured": measured}

    def _nowhere(self, asked: str, columns: Iterable[str]) -> str:
        if len(alike := [name for name in columns if name.casefold() == asked.casefold()]) > 1:
            return f"the columns {' and '.join(map(repr, sorted(alike)))} differ from {asked!r} in case only; name one"
        measures = f", and {self.files.domain.name} measures none" if self.files.domain.properties else ""
        hint = nearest(asked, {*self.others, *self.files.domain.properties})
        return f"no record has a value in a column {asked!r}{measures}; {hint}"
