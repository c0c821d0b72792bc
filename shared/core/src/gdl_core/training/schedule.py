"""How far a run has come, and the learning rate that belongs to it."""

import math

from gdl_core.training.options import TrainingOptions

WARMUP_SHARE = 0.1
"""Of a run, at most, is warm-up."""


def fraction_done(options: TrainingOptions, step: int, elapsed: float) -> float:
    """Return which part of the run lies behind: of its steps, or of its time."""
    if options.steps is not None:
        return min(step / options.steps, 1.0)
    assert options.time is not None
    return min(elapsed / options.time, 1.0)


def learning_rate(options: TrainingOptions, step: int, done: float) -> float:
    """Return the rate for a step (counted from 0): a linear rise, then half a cosine down to zero.

    Loshchilov and Hutter (2017), arXiv:1608.03983.

    Example:
        >>> options = TrainingOptions(steps=1000, learning_rate=1.0, warmup_steps=100)
        >>> [round(learning_rate(options, step, step / 1000), 3) for step in (0, 49, 99, 500, 999)]
        [0.01, 0.497, 0.976, 0.5, 0.0]
    """
    rise = 1.0
    if options.warmup_steps:
        rise = min(1.0, max((step + 1) / options.warmup_steps, done / WARMUP_SHARE))
    return options.learning_rate * rise * 0.5 * (1 + math.cos(math.pi * done))
