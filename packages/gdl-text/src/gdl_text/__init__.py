"""New text from deep generative models: load, sample, train.

Example:
    >>> import gdl_text as gdl
    >>> gdl.Texts(["To be,", "or not to be."])
    Texts(2: 'To be,', 'or not to be.')
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdl_core.domains import attributes

if TYPE_CHECKING:
    from gdl_core.pipeline import Pipeline
    from gdl_text.files import read
    from gdl_text.metrics import evaluate
    from gdl_text.texts import Texts

__all__ = ["Texts", "evaluate", "load", "read", "train"]

_PLACES = {"Texts": "texts", "evaluate": "metrics", "read": "files"}


def load(name: str | Path, *, device: str = "auto") -> "Pipeline":
    """Load a run's or a model's folder, a shipped model, or a model of the Hugging Face Hub (``owner/name``).

    The pipeline draws `Texts` with `sample`, rates texts with `score` and writes itself with `save`.
    """
    from gdl_core.pipeline import Pipeline
    from gdl_text.domain import DOMAIN

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
    """Train on files or folders of text, or on a prepared data set, in the run folder `out`; return the pipeline.

    `steps` or `time`, in seconds, ends the run; `options` are more fields of `gdl_core.training.TrainingOptions`, and
    `representation_options` those of the representation, such as ``max_length``. `model` names one to go on from, such
    as a shipped one that is to learn your own file. What is named in `conditions` can later be asked for in samples:
    ``folder``, or another column of the data. Texts that cannot be used are left out, with a warning. A run that is
    resumed needs no more than `data` and `out`.
    """
    from gdl_core.pipeline import train_pipeline
    from gdl_text.domain import DOMAIN

    return train_pipeline(
        DOMAIN,
        data,
        out,
        things="texts",
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


__getattr__ = attributes("gdl_text", _PLACES)
"""What stands in another module is imported when it is first asked for: `import gdl_text` is instant."""
