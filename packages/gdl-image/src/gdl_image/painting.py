"""``gdl image inpaint``: paint what is hidden of pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdl_core.cli.files import check_sources, check_written
from gdl_core.cli.latent import object_of
from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import (
    BatchSize,
    Column,
    ConditionValues,
    Data,
    Device,
    FamilyOptions,
    Force,
    Json,
    Model,
    OptionalOut,
    Seed,
    SkippedFile,
    conditions,
    family_options,
    given,
)
from gdl_core.cli.output import print_json, tell
from gdl_core.cli.progress import counting
from gdl_core.cli.sample import check_outputs
from gdl_core.cli.skips import Skips, skips
from gdl_core.domains import Domain
from gdl_core.errors import InputError, RepresentationError, Skipped, UsageError

if TYPE_CHECKING:
    from gdl_image.inpainting import Mask
    from gdl_image.representations import Layout


def inpaint(
    context: typer.Context,
    data: Data,
    known: Annotated[
        Path | None, typer.Option(metavar="MASK.png", help="A picture that is white where is known, black elsewhere.")
    ] = None,
    hide: Annotated[
        str | None, typer.Option(metavar="LEFT,TOP,WIDTH,HEIGHT", help="A rectangle to paint anew.")
    ] = None,
    out: OptionalOut = None,
    model: Model = None,
    seed: Seed = 0,
    option: FamilyOptions = None,
    condition: ConditionValues = None,
    column: Column = None,
    batch_size: BatchSize = None,
    device: Device = "auto",
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Paint what is hidden of pictures; what is known stays as it is."""
    domain: Domain = context.obj
    check_sources([*data, *([str(known)] if known else [])])
    check_written(domain, out)
    check_outputs(out, None, force=force)
    pipeline = open_pipeline(domain, model, device)
    from gdl_core.pipeline.completion import check_keeps
    from gdl_image.inpainting import inpaint, layout_of

    check_keeps(pipeline.model)
    layout = layout_of(pipeline)
    mask = _mask(domain, known, hide, layout.size)
    options = given(batch_size=batch_size) | family_options(option)
    with skips(skipped, keep=json) as skip:
        pictures = _fitting(domain, layout, data, column, skip)
        with counting("painted", len(pictures)) as progress:
            painted = inpaint(
                pipeline, pictures, mask, seed=seed or 0, conditions=conditions(condition), progress=progress, **options
            )
        domain.load("collection")(painted).save(out, force=force, skipped=skip)
    if json:
        print_json({"count": len(painted), "out": str(out), "hidden": int((~mask).sum()), **skip.facts()})
    tell(f"wrote {len(painted):,} picture{'s' * (len(painted) != 1)} to {out}")
    skip.leave()


def _mask(domain: Domain, known: Path | None, hide: str | None, size: tuple[int, int]) -> "Mask":
    from gdl_image.inpainting import drawn_mask, rectangle

    if (known is None) == (hide is None):
        raise UsageError("say what is hidden: by --known MASK.png, or by --hide left,top,width,height; one of the two")
    return rectangle(hide, size) if hide else drawn_mask(object_of(domain, str(known)), size)


def _fitting(domain: Domain, layout: "Layout", data: list[str], column: str | None, skip: Skips) -> list[Any]:
    """Return the pictures in the size of the model; those that do not fit are named."""
    from gdl_core.pipeline.survey import Files

    pictures = []
    for record in Files(domain, data, column).records(skip):
        try:
            pictures.append(layout.apply(record.object))
        except RepresentationError as error:
            skip(Skipped(record.where, str(error)))
    if not pictures:
        raise InputError(f"{', '.join(data)}: no picture can be painted")
    return pictures
