"""From files to a prepared data set."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

from gdl_core.data import Dataset, prepare
from gdl_core.domains import Domain
from gdl_core.errors import InputError, RepresentationError, Skipped
from gdl_core.pipeline.survey import Files, Source, Survey
from gdl_core.representation import Representation

Unknown = Literal["extend", "error", "skip"]


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
