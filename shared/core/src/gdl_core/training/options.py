"""What can be chosen about a training run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from gdl_core.errors import UsageError, nearest

FREE = ("device", "checkpoint_every")
"""Options that may differ when a run is resumed; all others change its result."""

PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class TrainingOptions:
    """How a model is trained. Either `steps` or `time` (seconds of training) ends it.

    Example:
        >>> TrainingOptions(steps=1000, learning_rate=3e-4).batch_size
        256
    """

    steps: int | None = None
    time: float | None = None
    batch_size: int = 256
    """Samples of a step, over all processes and micro-batches."""
    accumulate: int = 1
    """Micro-batches that a step is computed in; more need less memory."""
    learning_rate: float = 1e-3
    warmup_steps: int = 200
    """Steps in which the learning rate rises, at most a tenth of all; then it falls to zero by a cosine."""
    weight_decay: float = 0.1
    gradient_clip: float = 1.0
    ema_decay: float = 0.999
    """Of the running average of the weights, which is what is validated and saved; 0 turns it off."""
    precision: str = "auto"
    """"bfloat16" computes in it, with weights in float32; "auto" does so where the device is fast at it."""
    validation_share: float = 0.02
    validation_most: int = 4096
    """Samples held out: this share of the data, at most this many."""
    evaluate_every: int = 500
    patience: int | None = None
    """Stop after this many validations in a row without a new best."""
    checkpoint_every: float = 300.0
    """Seconds from one checkpoint to the next."""
    seed: int = 0
    device: str = "auto"

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.time is None):
            raise UsageError("a training run ends by steps or by time: give one of them")
        for name, least in LEAST.items():
            value = getattr(self, name)
            if value is not None and not (value >= least and math.isfinite(value)):
                raise UsageError(f"{name} is {value}; it must be at least {least}")
        for name in ("ema_decay", "validation_share"):
            if not 0 <= getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)}; it must be at least 0 and below 1")
        if self.precision not in PRECISIONS:
            raise UsageError(f"there is no precision {self.precision!r}; {nearest(self.precision, PRECISIONS)}")

    def to_config(self) -> dict[str, Any]:
        """Describe the options as JSON values."""
        return asdict(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Rebuild the options that `to_config` described, or a recipe's part of them."""
        names = {field.name for field in fields(cls)}
        for name in config:
            if name not in names:
                raise UsageError(f"there is no training option {name!r}; {nearest(name, names)}")
        return cls(**config)


LEAST = {
    "steps": 1,
    "time": 0.001,
    "batch_size": 1,
    "accumulate": 1,
    "learning_rate": 0.0,
    "warmup_steps": 0,
    "weight_decay": 0.0,
    "gradient_clip": 0.0,
    "validation_most": 0,
    "evaluate_every": 1,
    "patience": 1,
    "checkpoint_every": 0.0,
}

DEFAULTS = {field.name: field.default for field in fields(TrainingOptions)}
"""What a run that was started before an option existed had in its place."""
