"""From files to a prepared data set."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from inspect import signature
from pathlib import Path
from typing import Any, Literal

from gdl_core.data import Dataset, prepare
from gdl_core.domains import Domain
from gdl_core.errors import InputError, RepresentationError, Skipped, UsageError, nearest
from gdl_core.pipeline.survey import Files, Source, Survey
from gdl_core.representation import Representation

Unknown = Literal["extend", "error", "skip"]


def prepare_files(
    domain: Domain,
    sources: Sequence[Source],
    out: Source,
    *,
    representation: Representation | str | None = None,
    representation_options: Mapping[str, Any] | None = None,
    unknown: Unknown = "extend",
    columns: Sequence[str] = (),
    column: str | None = None,
    workers: int | None = None,
    replace: bool = False,
    skipped: Callable[[Skipped], None] = lambda skip: None,
    progress: Callable[[int], None] = lambda count: None,
) -> Dataset:
    """Read files, fit the representation to them and write a data set that training can open without the domain.

    A `representation` given by name (None: the domain's first) is made with `representation_options` and learns the
    rest, such as its vocabulary, from the data. One that is given as an object is kept: `unknown` says whether what it
    cannot hold widens it, is an error, or is skipped.
    `columns` are properties to keep: columns of the files, or where there is none of that name, what the domain
    measures.
    """
    with ExitStack() as stack:
        files = Files(
            domain, [stack.enter_context(_readable_twice(source, domain.standard_input)) for source in sources], column
        )
        survey = Survey(files, columns)
        if not isinstance(representation, Representation):
            representation = _new(domain, representation, representation_options or {})
            speaks = _fit(representation, survey)
        else:
            speaks = _widen(representation, survey, unknown)
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


def _new(domain: Domain, name: str | None, options: Mapping[str, Any]) -> Representation:
    """Make a representation that has seen no data yet."""
    kind = domain.representation(name)
    takes = signature(kind).parameters
    for option in options:
        if option not in takes:
            raise UsageError(f"the representation {kind.name!r} has no option {option!r}; {nearest(option, takes)}")
    try:
        return kind(**options)
    except TypeError as error:
        raise UsageError(f"the representation {kind.name!r} cannot be made of {dict(options)}: {error}") from error


def _fit(new: Representation, survey: Survey) -> Representation:
    try:
        return new.fit(survey.objects())
    except RepresentationError as error:
        reason = "".join(f"; the first that was left out is {skip}" for skip in survey.skipped)
        raise InputError(f"{', '.join(map(str, survey.files.sources))}: {error}{reason}") from error


def _widen(given: Representation, survey: Survey, unknown: Unknown) -> Representation:
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
