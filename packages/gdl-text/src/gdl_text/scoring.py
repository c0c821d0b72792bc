"""``gdl text score``: how many bits a model needs for a byte of each text."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from gdl_core.cli.files import check_out, check_sources
from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import BatchSize, Column, Data, Device, Force, Json, Model, SkippedFile
from gdl_core.cli.output import print_json, tell
from gdl_core.cli.sample import print_lines, write_lines
from gdl_core.cli.skips import skips
from gdl_core.domains import Domain


def score(
    context: typer.Context,
    data: Data,
    model: Model = None,
    out: Annotated[Path | None, typer.Option(help="A file for the lines. Default: stdout.")] = None,
    column: Column = None,
    batch_size: BatchSize = None,
    device: Device = "auto",
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Print how many bits per byte each text takes under a model: lower is more probable.

    A text longer than the model's context is rated in windows that do not overlap, each as if it stood alone. The last
    line says whether the likelihood is exact or a bound; of a lower bound, the bits are an upper one.
    """
    domain: Domain = context.obj
    check_sources(data)
    check_out(out, force=force, folder=False)
    with skips(skipped, keep=json) as skip:
        pipeline = open_pipeline(domain, model, device)
        from gdl_core.pipeline.survey import Files
        from gdl_text.rating import BATCH, rate, together

        records = Files(domain, data, column).records(skip)
        rated = list(rate(pipeline, records, skipped=skip, batch_size=batch_size or BATCH))
    whole = together(rated)
    lines = (f"{one.bits:.4f}\t{one.where}" for one in rated)
    if out:
        write_lines(out, lines)
    elif not json:
        print_lines(lines)
    if json:
        items: list[dict[str, Any]] = [{**asdict(one), "bits_per_byte": one.bits} for one in rated]
        print_json({**asdict(whole), "bits_per_byte": whole.bits, "items": items, **skip.facts()})
    at_most = "at most " if whole.kind == "lower_bound" else ""
    tell(
        f"{at_most}{whole.bits:.4f} bits per byte ({whole.kind.replace('_', ' ')} likelihood, "
        f"{whole.bytes:,} bytes in {whole.windows:,} windows)"
    )
    skip.leave()
