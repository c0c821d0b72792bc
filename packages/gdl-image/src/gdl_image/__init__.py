"""New pictures from deep generative models: load, sample, train.

Example:
    >>> import numpy as np
    >>> import gdl_image as gdl
    >>> gdl.Pictures([np.zeros((28, 28, 1), np.uint8)])
    Pictures(1 of 28 x 28 x 1)
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdl_core.domains import attributes

if TYPE_CHECKING:
    from gdl_core.pipeline import Pipeline
    from gdl_image.files import read
    from gdl_image.pictures import Pictures

__all__ = ["Pictures", "load", "read", "train"]

_PLACES = {"Pictures": "pictures", "read": "files"}


def load(name: str | Path, *, device: str = "auto") -> "Pipeline":
    """Load a run's or a model's folder, a shipped model, or a model of the Hugging Face Hub (``owner/name``).

    The pipeline draws `Pictures` with `sample`, rates pictures with `score` and writes itself with `save`.
    """
    from gdl_core.pipeline import Pipeline
    from gdl_image.domain import DOMAIN

    return Pipeline.from_pretrained(name, DOMAIN).to(device)


def train(
    data: str | Path | Sequence[str | Path],
    *,
    out: str | Path,
    recipe: str | None = None,
    family: str | None = None,
    variant: str | None = None,
    representation: str | None = None,
    representation_options: Mapping[str, Any] | None = None,
    model: str | Path | None = None,
    column: str | None = None,
    conditions: Sequence[str] = (),
    steps: int | None = None,
    time: float | None = None,
    options: Mapping[str, Any] | None = None,
    seed: int | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Callable[[dict[str, Any]], None] = lambda event: None,
) -> "Pipeline":
    """Train on folders or files of pictures, or on a prepared data set, in the run folder `out`; return the pipeline.

    `steps` or `time`, in seconds, ends the run; `options` are more fields of `gdl_core.training.TrainingOptions`, and
    `representation_options` those of `Pixels`, such as ``size``. `model` names one to go on from. What is named in
    `conditions` can later be asked for in samples: ``class``, another column of the data, or what is measured
    (``brightness``, ``contrast``, ``colourfulness``, ``sharpness``). Pictures that cannot be used are left out, with a
    warning. A run that is resumed needs no more than `data` and `out`: the rest is as it was begun.
    """
    from gdl_core.pipeline import train_pipeline
    from gdl_image.domain import DOMAIN

    return train_pipeline(
        DOMAIN,
        data,
        out,
        things="pictures",
        recipe=recipe,
        family=family,
        variant=variant,
        representation=representation,
        representation_options=representation_options,
        model=model,
        column=column,
        conditions=conditions,
        steps=steps,
        time=time,
        options=options,
        seed=seed,
        resume=resume,
        replace=force,
        progress=progress,
    )


__getattr__ = attributes("gdl_image", _PLACES)
"""What stands in another module is imported when it is first asked for: `import gdl_image` is instant."""
