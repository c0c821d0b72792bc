"""What a run says: the mean of its last steps, from time to time."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from gdl_core.errors import UsageError

OFTEN, SELDOM = 0.2, 10.0
"""Seconds between reports, at the start of a run and in a long one."""

GROWTH = 0.005
"""In between, they are this share of the time that the run has taken: a log of any run stays short."""


class Report:
    """Gathers what steps say. Losses stay on the device until they are told: to fetch each would halt it."""

    def __init__(self, step: int, advice: Callable[[], str]) -> None:
        """Start after `step`. `advice` ends the error about a loss that is not finite."""
        self.step, self.advice = step, advice
        self._clear()

    def _clear(self) -> None:
        self.losses: list[dict[str, Tensor]] = []
        self.norms: list[dict[str, Tensor]] = []
        self.rate, self.elements, self.samples = 0.0, 0.0, 0
        self.since = time.perf_counter()

    def add(
        self, losses: dict[str, Tensor], norms: dict[str, Tensor], rate: float, elements: float, samples: int
    ) -> None:
        """Note a step."""
        self.step += 1
        self.losses.append(losses)
        self.norms.append(norms)
        self.rate, self.elements, self.samples = rate, self.elements + elements, self.samples + samples

    def due(self, elapsed: float) -> bool:
        """Tell whether it is time to say something."""
        return time.perf_counter() - self.since > min(max(OFTEN, GROWTH * elapsed), SELDOM)

    def tell(self) -> dict[str, Any] | None:
        """Return the mean of what was noted since the last time, or None if nothing was."""
        if not self.losses:
            return None
        losses, norms = self._means(self.losses), self._means(self.norms)
        seconds = time.perf_counter() - self.since
        event = {
            "event": "step",
            "step": self.step,
            "loss": next(iter(losses.values())),
            "learning_rate": self.rate,
            "gradient_norm": next(iter(norms.values())),
            "samples_per_second": self.samples / seconds,
            "elements_per_second": self.elements / seconds,
        }
        if len(losses) > 1:
            event |= {"losses": losses, "gradient_norms": norms}
        self._clear()
        return event

    def _means(self, entries: Sequence[dict[str, Tensor]]) -> dict[str, float]:
        """Average what steps say under each name. A value that is not finite is an error that names its step."""
        first = self.step - len(entries) + 1
        found: dict[str, float] = {}
        for name in dict.fromkeys(name for entry in entries for name in entry):
            steps = [step for step, entry in enumerate(entries, first) if name in entry]
            numbers = torch.stack([entry[name] for entry in entries if name in entry]).tolist()
            for step, number in zip(steps, numbers, strict=True):
                if not math.isfinite(number):
                    raise UsageError(f"the loss or its gradient is {number} at step {step}{self.advice()}")
            found[name] = sum(numbers) / len(numbers)
        return found
