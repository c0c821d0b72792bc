"""The running average of a model's weights."""

import copy

import torch

from gdl_core.checkpoint.weights import tensors_of
from gdl_core.families import Family

EVERY = 10
"""After the start the average moves every so many steps, by as much as single steps would: it costs next to nothing."""

START = 1000


class Average:
    """A copy of a model whose weights follow it slowly. Polyak and Juditsky (1992).

    The decay warms up as (1 + n) / (10 + n), so that the first steps are forgotten. With a decay of 0 the average is
    the model as it stands.
    """

    def __init__(self, model: Family, decay: float) -> None:
        self.decay = decay
        self.model = copy.deepcopy(model).requires_grad_(False).eval()
        own, theirs = tensors_of(self.model), tensors_of(model)
        weights = {name for name, _ in model.named_parameters()}
        self.weights = [own[name] for name in own if name in weights], [theirs[name] for name in own if name in weights]
        self.others = [(own[name], theirs[name]) for name in own if name not in weights]  # such as running statistics

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Follow the model after a step, counted from 1."""
        if self.decay and step > START and step % EVERY:
            return
        decay = min(self.decay, (1 + step) / (10 + step)) ** (EVERY if step > START else 1)
        torch._foreach_lerp_(*self.weights, 1 - decay)
        for own, other in self.others:
            own.copy_(other)
