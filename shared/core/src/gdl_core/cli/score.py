"""``gdl <domain> score``: how probable each object of a file is under a model."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdl_core.cli.files import check_out, check_sources
from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import BatchSize, Column, Data, Device, Force, Json, Model, SkippedFile
from gdl_core.cli.output import print_json, tell
from gdl_core.cli.progress import counting
from gdl_core.cli.sample import write_lines
from gdl_core.cli.skips import Skips, skips
from gdl_core.domains import Domain
from gdl_core.errors import InputError, RepresentationError, Skipped

if TYPE_CHECKING:
    from gdl_core.pipeline import Pipeline
    from gdl_core.representation import Record

BATCH = 256

Items = list[dict[str, Any]]


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
    """Print how probable each object is under a model.

    That is its log-likelihood in nats, or the bound that the model knows: higher is more probable.
    """
    domain: Domain = context.obj
    check_sources(data)
    check_out(out, force=force, folder=False)
    pipeline = open_pipeline(domain, model, device)
    with skips(skipped, keep=json) as skip, counting("scored") as progress:
        kinds, items = set(), []
        for kind, part in _score(pipeline, data, column, batch_size or BATCH, skip):
            kinds.add(kind)
            items += part
            progress(len(items))
    if not items:
        raise InputError(f"{', '.join(data)} holds nothing that can be scored")
    _write(items, out, kind=kinds.pop(), model=str(model or domain.default_model), skip=skip, json=json)
    skip.leave()


def _score(
    pipeline: "Pipeline", data: list[str], column: str | None, size: int, skip: Skips
) -> Iterator[tuple[str, Items]]:
    from gdl_core.pipeline.preparing import Files

    records = Files(pipeline.domain, data, column).records(skip)
    while chunk := list(islice(records, size)):
        fitting = [record for record in chunk if _fits(pipeline, record, skip)]
        if fitting:
            found = pipeline.score([record.object for record in fitting], batch_size=size)
            pairs = zip(fitting, found.values.tolist(), strict=True)
            yield (
                found.kind,
                [{"where": r.where, "object": r.object, "log_likelihood": value} for r, value in pairs],
            )


def _fits(pipeline: "Pipeline", record: "Record", skip: Skips) -> bool:
    try:
        pipeline.representation.encode(record.object)
    except RepresentationError as error:
        skip(Skipped(record.where, str(error)))
        return False
    return True


def _write(items: Items, out: Path | None, *, kind: str, model: str, skip: Skips, json: bool) -> None:
    mean = sum(item["log_likelihood"] for item in items) / len(items)
    if json:
        facts = {"model": model, "kind": kind, "units": "nats", "count": len(items), "mean": mean}
        print_json({**facts, "items": items, "skipped": skip.count, "records_skipped": skip.to_json()})
    lines = (f"{item['log_likelihood']:.6f}\t{item['object']}" for item in items)
    if out:
        write_lines(out, lines)
    elif not json:
        for line in lines:
            print(line)
    tell(f"{kind.replace('_', ' ')} log-likelihood in nats, mean {mean:.4f} over {len(items):,}")
