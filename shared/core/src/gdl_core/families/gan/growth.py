"""Leads both networks of a game from coarse samples to fine ones."""

from typing import Any

import torch
from torch import Tensor, nn

from gdl_core.errors import UsageError
from gdl_core.families.processes import add_over_processes
from gdl_core.families.roles import Grows


class Growth(nn.Module):
    """Counts the samples that were seen, and says by them up to which scale networks work.

    Karras et al. (2018), arXiv:1710.10196: for `samples` samples a scale is held, for as many the next fades in.

    Example:
        >>> growth = Growth(samples=100)
        >>> [growth.scale_after(seen) for seen in (0, 99, 150, 250, 325)]
        [0.0, 0.0, 0.5, 1.0, 1.25]
    """

    seen: Tensor

    def __init__(self, *, samples: int) -> None:
        super().__init__()
        if samples < 1:
            raise UsageError(f"a scale is held for 1 sample or more; growth={samples} was given")
        self.samples = samples
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))

    def scale_after(self, seen: int) -> float:
        """Return the scale that so many samples lead to, counted from 0; a fraction says how much of the next is in."""
        scale, past = divmod(seen, 2 * self.samples)
        return scale + max(past / self.samples - 1, 0.0)

    def lead(self, count: int, *networks: Grows) -> None:
        """Count some more samples and let networks grow."""
        self.seen += add_over_processes(torch.full_like(self.seen, count))
        for network in networks:
            network.grow(self.scale_after(int(self.seen)))


def growing(network: Any) -> Grows:
    """Return a network that grows; others are an error."""
    if not isinstance(network, Grows):
        raise UsageError(f"{type(network).__name__} does not grow with `growth`; name a network that does")
    return network
