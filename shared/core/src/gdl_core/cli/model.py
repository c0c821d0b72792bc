"""Opening the model that a verb was asked to use."""

from typing import TYPE_CHECKING

from gdl_core.domains import Domain
from gdl_core.errors import UsageError

if TYPE_CHECKING:
    from gdl_core.pipeline import Pipeline


def open_pipeline(domain: Domain, model: str | None, device: str) -> "Pipeline":
    """Load a model, the domain's default one where none is named, onto a device that is checked first."""
    name = model or domain.default_model
    if name is None:
        raise UsageError(f"no model comes with {domain.name}: name a run's folder with --model")
    from gdl_core.pipeline import Pipeline
    from gdl_core.training.machine import find_device

    find_device(device)  # a device that is not there is found out before the model is read
    return Pipeline.from_pretrained(name, domain).to(device)
