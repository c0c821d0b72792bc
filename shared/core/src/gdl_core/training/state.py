"""Where a run stands, and how it ended."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Trained:
    """How a run ended. `validation` is the best loss per element on the held-out samples, if there are any."""

    folder: Path
    steps: int
    epochs: float
    elapsed: float
    loss: float | None
    validation: float | None
    unit: str
    reason: str
    """"steps", "time" or "patience"."""


@dataclass
class State:
    """Where a run stands; with the tensors, all that resuming needs."""

    step: int = 0
    elapsed: float = 0.0
    loss: float | None = None
    best: float | None = None
    since_best: int = 0
    validated: int = -1
    finished: str = ""
