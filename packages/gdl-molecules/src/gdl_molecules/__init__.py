"""New molecules from deep generative models: load, sample, train, evaluate.

Example:
    >>> import gdl_molecules as gdl
    >>> gdl.Molecules(["OCC"]).canonical
    ['CCO']
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from gdl_core.domains import attributes

if TYPE_CHECKING:
    from gdl_core.pipeline import Pipeline
    from gdl_molecules.files import read
    from gdl_molecules.metrics import evaluate
    from gdl_molecules.molecules import Molecules

__all__ = ["Molecules", "evaluate", "load", "read", "train"]

_PLACES = {"Molecules": "molecules", "evaluate": "metrics", "read": "files"}


def load(name: str | Path = "moses", *, device: str = "auto") -> "Pipeline":
    """Load a shipped model, a run's or a model's folder, or a model of the Hugging Face Hub (``owner/name``).

    The pipeline draws molecules with `sample`, rates them with `score` and writes itself with `save`.
    """
    from gdl_core.pipeline import Pipeline
    from gdl_molecules.domain import DOMAIN

    return Pipeline.from_pretrained(name, DOMAIN).to(device)


def train(
    data: str | Path | Sequence[str | Path],
    *,
    out: str | Path,
    recipe: str | None = None,
    family: str | None = None,
    variant: str | None = None,
    representation: str | None = None,
    model: str | Path | None = None,
    unknown: Literal["extend", "error", "skip"] = "extend",
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
    """Train on one or several files, or on a prepared data set, in the run folder `out`; return the pipeline.

    `steps` or `time`, in seconds, ends the run; `options` are more fields of `gdl_core.training.TrainingOptions`.
    `model` names one to go on from, and `unknown` says what becomes of tokens that it does not know. What is named in
    `conditions` can later be asked for in samples: a column of the data, or without one of that name, what RDKit
    computes (``logP``, ``QED``, ``weight``, ``TPSA``, ``SA``, ``hbd``, ``hba``, ``rotatable``, ``rings``, ``heavy``).
    Records that cannot be used are left out, with a warning. A run that is resumed needs no more than `data` and `out`:
    the rest is as it was begun.
    """
    from gdl_core.pipeline import train_pipeline
    from gdl_molecules.domain import DOMAIN

    return train_pipeline(
        DOMAIN,
        data,
        out,
        things="records",
        recipe=recipe,
        family=family,
        variant=variant,
        representation=representation,
        model=model,
        unknown=unknown,
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


__getattr__ = attributes("gdl_molecules", _PLACES)
"""What stands in another module is imported when it is first asked for: `import gdl_molecules` is instant."""
