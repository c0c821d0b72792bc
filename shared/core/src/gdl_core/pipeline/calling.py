"""What the function `train` of every domain does with its arguments."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from gdl_core.domains import Domain
from gdl_core.errors import Skipped
from gdl_core.pipeline.fitting import train_from_files
from gdl_core.pipeline.pipeline import Pipeline
from gdl_core.pipeline.survey import Source


def train_pipeline(
    domain: Domain,
    data: Source | Sequence[Source],
    out: Source,
    *,
    things: str,
    steps: int | None = None,
    time: float | None = None,
    options: Mapping[str, Any] | None = None,
    **chosen: Any,
) -> Pipeline:
    """Train on one source or some in the run folder `out`, and return the pipeline, on the device of `options`.

    `steps` or `time`, in seconds, ends the run; `options` are more fields of `TrainingOptions`, and go before these.
    `chosen` is what else `train_from_files` takes. What cannot be used is left out, with a warning that calls it
    `things` and points at the caller of the domain's function.
    """
    limits = {name: value for name, value in (("steps", steps), ("time", time)) if value is not None}
    skipped: list[Skipped] = []
    train_from_files(
        domain,
        [data] if isinstance(data, Source) else list(data),
        out,
        options={**limits, **(options or {})},
        skipped=skipped.append,
        **chosen,
    )
    if skipped:
        warnings.warn(f"{len(skipped):,} {things} were left out; the first: {skipped[0]}", stacklevel=3)
    return Pipeline.from_pretrained(out, domain).to((options or {}).get("device", "auto"))
