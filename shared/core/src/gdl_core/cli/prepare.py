"""``gdl <domain> prepare``: read files once and write a data set that training opens at once."""

from typing import Annotated, Any

import typer

from gdl_core.cli.files import check_out, check_sources
from gdl_core.cli.options import (
    Column,
    ConditionNames,
    Data,
    Force,
    Json,
    OutFolder,
    RepresentationName,
    RepresentationOptions,
    SkippedFile,
    condition_names,
    family_options,
)
from gdl_core.cli.output import print_facts, print_json
from gdl_core.cli.progress import counting
from gdl_core.cli.skips import skips
from gdl_core.domains import Domain


def prepare(
    context: typer.Context,
    data: Data,
    out: OutFolder,
    representation: RepresentationName = None,
    representation_option: RepresentationOptions = None,
    column: Column = None,
    condition: ConditionNames = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes to encode with. Default: one per core.")] = None,
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Write a data set that `train` opens at once.

    Training on it needs none of the domain's libraries.
    """
    domain: Domain = context.obj
    check_sources(data)
    check_out(out, force=force)
    from gdl_core.pipeline.preparing import prepare_files

    with skips(skipped, keep=json) as skip, counting("prepared") as progress:
        dataset = prepare_files(
            domain,
            data,
            out,
            representation=representation,
            representation_options=family_options(representation_option),
            columns=condition_names(condition),
            column=column,
            workers=workers,
            replace=force,
            skipped=skip,
            progress=progress,
        )
    document: dict[str, Any] = {
        "out": str(out),
        "samples": len(dataset),
        "skipped": skip.count,
        "representation": dataset.representation_config["name"],
        "space": dataset.description["space"],
        "columns": list(dataset.columns),
    }
    if json:
        print_json({**document, **skip.facts()})
    else:
        print_facts(document)
    skip.leave()
