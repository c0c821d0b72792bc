"""``gdl <domain> reconstruct`` and ``interpolate``: for models with a latent code of each object."""

from typing import Annotated

import typer

from gdl_core.cli.files import check_sources
from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import Column, Data, Device, Force, Json, Model, OptionalOut, Seed, SkippedFile
from gdl_core.cli.output import print_json
from gdl_core.cli.sample import check_outputs, placed, write
from gdl_core.cli.skips import skips
from gdl_core.domains import Domain


def reconstruct(
    context: typer.Context,
    data: Data,
    model: Model = None,
    out: OptionalOut = None,
    column: Column = None,
    seed: Seed = 0,
    device: Device = "auto",
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Encode objects and decode them again."""
    domain: Domain = context.obj
    check_sources(data)
    check_outputs(out, None, force=force)
    pipeline = open_pipeline(domain, model, device)
    from gdl_core.pipeline.latent import check_encodes, reconstruct
    from gdl_core.pipeline.preparing import Files

    check_encodes(pipeline.model)
    with skips(skipped, keep=json) as skip:
        records = list(Files(domain, data, column).records(skip))
        found = reconstruct(pipeline, records, seed=seed or 0, skipped=skip)
    write(found, out, force=force, json=json)
    if json:
        print_json({"count": len(found), **placed(out, list(map(str, found))), **skip.facts()})
    skip.leave()


def interpolate(
    context: typer.Context,
    start: Annotated[str, typer.Argument(metavar="A", help="The object to start from.")],
    end: Annotated[str, typer.Argument(metavar="B", help="The object to end at.")],
    steps: Annotated[int, typer.Option(min=2, help="How many objects, both ends among them.")] = 8,
    model: Model = None,
    out: OptionalOut = None,
    seed: Seed = 0,
    device: Device = "auto",
    force: Force = False,
    json: Json = False,
) -> None:
    """Decode what lies between two objects."""
    domain: Domain = context.obj
    check_outputs(out, None, force=force)
    pipeline = open_pipeline(domain, model, device)
    from gdl_core.pipeline.latent import interpolate

    found = interpolate(pipeline, start, end, steps=steps, seed=seed or 0)
    write(found, out, force=force, json=json)
    if json:
        print_json({"count": len(found), **placed(out, list(map(str, found)))})
