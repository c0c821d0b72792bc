"""New music from deep generative models: load, sample, train, read, write, play.

Example:
    >>> import gdl_music as gdl
    >>> gdl.Piece([gdl.Track([gdl.Note(0, 480, 60), gdl.Note(480, 480, 64)])])
    Piece(2 notes in 1 track, 1 bar of 4/4)
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdl_core.domains import attributes

if TYPE_CHECKING:
    from gdl_core.pipeline import Pipeline
    from gdl_music.files import read
    from gdl_music.piece import Key, Metre, Note, Piece, Tempo, Track
    from gdl_music.pieces import Pieces

__all__ = ["Key", "Metre", "Note", "Piece", "Pieces", "Tempo", "Track", "load", "read", "train"]

_PLACES = {
    "Pieces": "pieces",
    "read": "files",
    **dict.fromkeys(("Key", "Metre", "Note", "Piece", "Tempo", "Track"), "piece"),
}


def load(name: str | Path, *, device: str = "auto") -> "Pipeline":
    """Load a run's or a model's folder, a shipped model, or a model of the Hugging Face Hub (``owner/name``).

    The pipeline draws `Pieces` with `sample`, rates pieces with `score` and writes itself with `save`.
    """
    from gdl_core.pipeline import Pipeline
    from gdl_music.domain import DOMAIN

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
    conditions: Sequence[str] = (),
    steps: int | None = None,
    time: float | None = None,
    options: Mapping[str, Any] | None = None,
    seed: int | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Callable[[dict[str, Any]], None] = lambda event: None,
) -> "Pipeline":
    """Train on folders or files of music, or on a prepared data set, in the run folder `out`; return the pipeline.

    `steps` or `time`, in seconds, ends the run; `options` are more fields of `gdl_core.training.TrainingOptions`.
    `model` names one to go on from. What is named in `conditions` can later be asked for in samples: ``class`` (the
    subfolder), ``key``, ``metre``, ``instruments``, or what `gdl_music.statistics` measures (``tempo``, ``density``,
    ``polyphony`` and others). Files that cannot be used are left out, with a warning. A run that is
    resumed needs no more than `data` and `out`: the rest is as it was begun.
    """
    from gdl_core.pipeline import train_pipeline
    from gdl_music.domain import DOMAIN

    return train_pipeline(
        DOMAIN,
        data,
        out,
        things="pieces",
        recipe=recipe,
        family=family,
        variant=variant,
        representation=representation,
        representation_options=representation_options,
        model=model,
        conditions=conditions,
        steps=steps,
        time=time,
        options=options,
        seed=seed,
        resume=resume,
        replace=force,
        progress=progress,
    )


__getattr__ = attributes("gdl_music", _PLACES)
"""What stands in another module is imported when it is first asked for: `import gdl_music` is instant."""
