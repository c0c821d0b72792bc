"""``gdl music evaluate``: measure pieces beside real ones, and look for what they copy."""

from typing import Annotated

import typer

from gdl_core.cli.evaluate import ReferenceData, Samples, show
from gdl_core.cli.files import check_sources
from gdl_core.cli.options import Json, SkippedFile
from gdl_core.cli.skips import skips


def evaluate(
    context: typer.Context,
    samples: Samples,
    reference: ReferenceData,
    train: Annotated[str | None, typer.Option(help="What the model was trained on, to find copies.")] = None,
    skipped: SkippedFile = None,
    json: Json = False,
) -> None:
    """Measure pieces as muspy does, beside real ones, and find what is copied.

    Of each measure: the mean of the samples and of the reference, how far their distributions overlap, and the
    Wasserstein distance between them.
    """
    check_sources([name for name in (samples, reference, train) if name])
    from gdl_music.files import read
    from gdl_music.metrics import evaluate

    with skips(skipped, keep=json) as skip:
        sources = [None if source is None else read(source, skipped=skip) for source in (samples, reference, train)]
        assert sources[0] is not None and sources[1] is not None
        result = evaluate(sources[0], sources[1], train=sources[2], skipped=skip)
    show(result, skip, json=json)
