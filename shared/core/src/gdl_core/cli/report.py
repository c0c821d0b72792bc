"""``gdl <domain> report``: one HTML page about a run or about samples."""

from pathlib import Path
from typing import Annotated

import typer

from gdl_core.cli.files import check_out, check_sources
from gdl_core.cli.options import Column, Force, Json, OutFile, SkippedFile
from gdl_core.cli.output import print_json, tell
from gdl_core.cli.skips import skips
from gdl_core.domains import Domain


def report(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="RUN|SAMPLES", help="A run's or model's folder, or a file.")],
    out: OutFile,
    reference: Annotated[str | None, typer.Option(help="Data to compare with. Default: the run's own.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many samples to draw from a model.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same samples.")] = 0,
    column: Column = None,
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Write a page about a run or about samples.

    One HTML file, complete in itself: curves, samples, properties, measures and the model card.
    """
    domain: Domain = context.obj
    shipped = domain.shipped_models()
    check_sources([name for name in (source, reference) if name and name not in shipped])
    check_out(out, force=force, folder=False)
    from gdl_core.report import write_report

    with skips(skipped, keep=json) as skip:
        place = shipped.get(source, Path(source))
        write_report(domain, place, out, reference=reference, count=count, seed=seed, column=column, skipped=skip)
    if json:
        print_json({"out": str(out), **skip.facts()})
    else:
        tell(f"wrote {out}")
    skip.leave()
