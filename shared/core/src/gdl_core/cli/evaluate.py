"""``gdl <domain> evaluate``: measure samples against data, as the field does."""

from typing import Annotated, Any

import typer

from gdl_core.cli.files import check_sources
from gdl_core.cli.options import Column, Json, SkippedFile
from gdl_core.cli.output import print_facts, print_json, tell
from gdl_core.cli.skips import Skips, skips
from gdl_core.domains import Domain
from gdl_core.errors import InputError

Samples = Annotated[str, typer.Argument(metavar="SAMPLES", help="The file of samples; - is stdin.")]
ReferenceData = Annotated[str, typer.Option("--reference", help="The data to compare with.")]


def evaluate(
    context: typer.Context,
    samples: Samples,
    reference: ReferenceData,
    column: Column = None,
    skipped: SkippedFile = None,
    json: Json = False,
) -> None:
    """Measure samples, alone and against data."""
    domain: Domain = context.obj
    check_sources([samples, reference])
    measure = domain.load("evaluate")
    with skips(skipped, keep=json) as skip:
        result = measure(read_objects(domain, samples, column, skip), read_objects(domain, reference, column, skip))
    show(result, skip, json=json)


def read_objects(domain: Domain, source: str, column: str | None, skip: Skips) -> list[Any]:
    """Read the objects of a file."""
    objects = [record.object for record in domain.load("read")(source, column=column, skipped=skip)]
    if not objects:
        raise InputError(f"{source} holds no records")
    return objects


def show(result: dict[str, Any], skip: Skips, *, json: bool) -> None:
    """Print measures: the numbers on stdout, the notes on stderr."""
    if json:
        print_json({**result, **skip.facts()})
    else:
        print_facts({name: value for name, value in result.items() if name != "notes"})
        for note in result.get("notes", ()):
            tell(f"note: {note}")
    skip.leave()
