"""``gdl text evaluate``: measure texts, alone, against others and against those that were trained on."""

from typing import Annotated

import typer

from gdl_core.cli.evaluate import ReferenceData, Samples, read_objects, show
from gdl_core.cli.files import check_sources
from gdl_core.cli.options import Column, Json, SkippedFile
from gdl_core.cli.skips import skips
from gdl_core.domains import Domain


def evaluate(
    context: typer.Context,
    samples: Samples,
    reference: ReferenceData,
    train: Annotated[
        str | None, typer.Option(help="What the model was trained on: finds copies and known words.")
    ] = None,
    column: Column = None,
    skipped: SkippedFile = None,
    json: Json = False,
) -> None:
    """Measure texts: how varied they are, what is copied, which words exist, and how near they are to others.

    What depends on how much text there is stands beside the same of the reference, cut to as much; that should be text
    that was held out of training. Bits per byte are for `score` to tell.
    """
    domain: Domain = context.obj
    sources = [source for source in (samples, reference, train) if source]
    check_sources(sources)
    measure = domain.load("evaluate")
    with skips(skipped, keep=json) as skip:
        drawn, known, *trained = (read_objects(domain, source, column, skip) for source in sources)
        result = measure(drawn, known, train=trained[0] if trained else None)
    show(result, skip, json=json)
