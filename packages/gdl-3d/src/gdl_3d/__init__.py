"""New three-dimensional shapes from deep generative models, as meshes that are closed.

Example:
    >>> import gdl_3d as gdl  # doctest: +SKIP
    >>> gdl.train("chairs", out="run", time=600).sample(8).save("new")  # doctest: +SKIP
    PosixPath('new')
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdl_core.domains import attributes

if TYPE_CHECKING:
    from gdl_3d.building import procedural
    from gdl_3d.closing import closed
    from gdl_3d.conversion import convert
    from gdl_3d.files import read, read_shape, write_shape
    from gdl_3d.mending import mended
    from gdl_3d.metrics import evaluate
    from gdl_3d.shape import Shape
    from gdl_3d.shapes import Shapes
    from gdl_core.pipeline import Pipeline

__all__ = [
    "Shape", "Shapes", "closed", "convert", "evaluate", "load", "mended", "procedural", "read", "read_shape", "train",
    "write_shape",
]  # fmt: skip

_PLACES = {
    "Shape": "shape",
    "Shapes": "shapes",
    "closed": "closing",
    "convert": "conversion",
    "evaluate": "metrics",
    "mended": "mending",
    "procedural": "building",
    "read": "files",
    "read_shape": "files",
    "write_shape": "files",
}


def load(name: str | Path, *, device: str = "auto") -> "Pipeline":
    """Load a run's or a model's folder, or a model of the Hugging Face Hub (``owner/name``).

    The pipeline draws shapes with `sample` and writes itself with `save`.
    """
    from gdl_3d.domain import DOMAIN
    from gdl_core.pipeline import Pipeline

    return Pipeline.from_pretrained(name, DOMAIN).to(device)


def train(
    data: str | Path | Sequence[str | Path],
    *,
    out: str | Path,
    recipe: str | None = None,
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
    """Train on files, folders or tables of shapes, in the run folder `out`; return the pipeline.

    `steps` or `time`, in seconds, ends the run; `options` are more fields of `gdl_core.training.TrainingOptions`, and
    `representation_options` such as ``{"resolution": 16}``. What is named in `conditions`, such as ``class``, can later
    be asked for in samples. Shapes that cannot be used are left out, with a warning.
    """
    from gdl_3d.domain import DOMAIN
    from gdl_core.pipeline import train_pipeline

    return train_pipeline(
        DOMAIN,
        data,
        out,
        things="shapes",
        recipe=recipe,
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


__getattr__ = attributes("gdl_3d", _PLACES)
"""What stands in another module is imported when it is first asked for: `import gdl_3d` is instant."""
