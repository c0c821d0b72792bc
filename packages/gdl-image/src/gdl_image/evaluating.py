"""``gdl image evaluate``: measure pictures, alone, against real ones and against those that were trained on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdl_core.cli.evaluate import ReferenceData, Samples, show
from gdl_core.cli.files import check_out, check_sources
from gdl_core.cli.options import Column, Device, Json, SkippedFile
from gdl_core.cli.skips import Skips, skips

if TYPE_CHECKING:
    from gdl_image.metrics import Reference


def evaluate(
    context: typer.Context,
    samples: Samples,
    reference: ReferenceData,
    train: Annotated[str | None, typer.Option(help="What the model was trained on, to find copies.")] = None,
    features: Annotated[
        str | None,
        typer.Option(
            help="What sees the pictures: fashion, lite0, or a file of Inception's weights. "
            "Default: fashion for gray, lite0 for colours."
        ),
    ] = None,
    column: Column = None,
    device: Device = "cpu",
    save_reference: Annotated[
        Path | None, typer.Option(metavar="FILE.npz", help="Keep what was measured of --reference; it loads at once.")
    ] = None,
    skipped: SkippedFile = None,
    json: Json = False,
) -> None:
    """Measure pictures: against real ones, for copies of what was trained on, and by their classes.

    Folders of a class each give samples the class that was asked for. The first line says what sees the pictures.
    """
    check_sources([name for name in (samples, reference, train) if name])
    check_out(save_reference, force=False)
    from gdl_image.files import read
    from gdl_image.metrics import evaluate

    with skips(skipped, keep=json) as skip:
        target = _reference(reference, column, skip, features=features, device=device)
        if save_reference:
            target.save(save_reference)
        drawn = read(samples, column=column, skipped=skip)
        known = None if train is None else read(train, column=column, skipped=skip)
        result = evaluate(drawn, target, train=known, features=features, device=device, skipped=skip)
    show(result, skip, json=json)


def _reference(source: str, column: str | None, skip: Skips, **options: Any) -> "Reference":
    """Measure the pictures of a reference, or open what was measured before."""
    from gdl_core.data.archive import holds
    from gdl_image.files import read
    from gdl_image.metrics import Reference
    from gdl_image.metrics.reference import KIND

    if holds(source, KIND):
        return Reference.load(source)
    return Reference.measure(read(source, column=column, skipped=skip), skipped=skip, **options)
