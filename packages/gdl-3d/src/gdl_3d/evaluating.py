"""The verb ``gdl 3d evaluate``: samples against data, as the field measures point clouds and meshes."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdl_core.cli.evaluate import ReferenceData, Samples, show
from gdl_core.cli.files import check_out, check_sources
from gdl_core.cli.options import Column, Json, SkippedFile
from gdl_core.cli.skips import skips

if TYPE_CHECKING:
    from gdl_3d.metrics import Reference

SAVED = ".npz"
"""What a `Reference` is saved as; such a file stands where data may."""


def register(app: typer.Typer) -> None:
    """Give ``gdl 3d`` its own `evaluate`."""
    app.command("evaluate")(evaluate)


def evaluate(
    samples: Samples,
    reference: ReferenceData,
    train: Annotated[str | None, typer.Option(help="What the model was trained on, for the share near it.")] = None,
    points: Annotated[int, typer.Option(min=16, max=4096, help="Points that stand for a shape.")] = 512,
    emd: Annotated[
        bool, typer.Option("--emd", help="Also the earth mover's distance; takes a hundred times as long.")
    ] = False,
    column: Column = None,
    save_reference: Annotated[
        Path | None, typer.Option(metavar="FILE.npz", help="Keep the points of --reference; they load at once.")
    ] = None,
    skipped: SkippedFile = None,
    json: Json = False,
) -> None:
    """Measure shapes as PointFlow does.

    MMD, COV and 1-NNA against reference data, the share near what the model was trained on, and how many meshes are
    solids.
    """
    check_sources([name for name in (samples, reference, train) if name])
    check_out(save_reference, force=False)
    from gdl_3d.files import read
    from gdl_3d.metrics import evaluate

    with skips(skipped, keep=json) as skip:
        options: dict[str, Any] = {"points": points, "skipped": skip}
        target = _reference(reference, column, options)
        if save_reference:
            target.save(save_reference)
        known = None if train is None else _reference(train, column, options)
        drawn = read(samples, column=column, skipped=skip)
        result = evaluate(drawn, target, train=known, earth_mover=emd, **options)
    show(result, skip, json=json)


def _reference(source: str, column: str | None, options: Mapping[str, Any]) -> "Reference":
    """Spread points over the shapes of a file or folder, or open what was saved before."""
    from gdl_3d.files import read
    from gdl_3d.metrics import Reference
    from gdl_3d.metrics.reference import REFERENCE
    from gdl_core.data import archive

    if source.endswith(SAVED) and archive.holds(source, REFERENCE):
        return Reference.load(source)
    return Reference.measure(read(source, column=column, skipped=options["skipped"]), **options)
