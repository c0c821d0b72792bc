"""Autoregressive models of sets of points, by sorting them."""

from collections.abc import Mapping
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.families.autoregressive.elements import ElementAutoregressor
from gdl_core.families.autoregressive.likelihood import MaximumLikelihood
from gdl_core.families.family import Draws, Likelihood
from gdl_core.families.likelihoods import Logistics
from gdl_core.families.roles import Networks
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Points


class SortedPoints(MaximumLikelihood):
    """Maximum likelihood over sets of points, each point given those before it in the order of the first feature.

    Each feature is a mixture of logistics; that of the first feature is cut off below the point before it, so that the
    model draws sorted sequences only and a set has one way to come about. Its density is exact: the density of the
    sorted sequence, with regard to the volume of sorted sequences. A random order of the same n points would have this
    density divided by n!.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> model = build(Design("autoregressive", Points(4, 2), network_options={"width": 16}))
        >>> model.sample(Streams(0, range(3))).log_prob.shape
        torch.Size([3])
    """

    variant = "sorted"
    spaces = ("points",)
    roles = ("autoregressor",)
    space: Points
    network: ElementAutoregressor

    def __init__(
        self, space: Points, networks: Networks, *, components: int = 10, condition_dropout: float = 0.1
    ) -> None:
        super().__init__(space, networks)
        self.law = Logistics(components)
        self.network = cast(ElementAutoregressor, networks("autoregressor", outputs=(self.law.outputs,)))
        self.condition_dropout = condition_dropout

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the exact log-density of each set and of each of its elements, in sorted order.

        Shapes: values (batch,), elements as the filled form.
        """
        filled = self.space.fill(in_order(batch)).values
        outputs = self.network(self.space.relax(Batch(filled, conditions=batch.conditions)))
        numbers = self.space.features
        coordinates = self.law.log_prob(outputs[:, :, :numbers], filled[:, :, :numbers])
        left = self.law.log_survival(outputs[:, 1:, 0], filled[:, :-1, 0])  # what the cut leaves of each mixture
        coordinates = torch.cat([coordinates[:, :, :1] - F.pad(left, (1, 0))[..., None], coordinates[:, :, 1:]], 2)
        if self.space.variable:
            there = filled[:, :, -1] > 0
            counted = F.pad(there[:, :-1], (1, 0), value=True)  # after the end there is nothing to decide
            flags = log_chance(outputs[:, :, -1], there).masked_fill(~counted, 0)
            coordinates = torch.cat([coordinates.masked_fill(~there[..., None], 0), flags[..., None]], 2)
        return Likelihood(coordinates.flatten(1).sum(1), "exact", coordinates)

    @torch.no_grad()
    def sample(self, streams: Streams, *, conditions: Mapping[str, Tensor] | None = None) -> Draws:
        """Draw one set from each stream, in sorted order; two numbers of the stream decide each element."""
        count, width = self.space.parts[0].shape
        memory = self.network.begin(len(streams), conditions or {})
        values = torch.zeros(len(streams), count, width, device=streams.indices.device)
        log_prob, there = torch.zeros_like(values[:, 0, 0]), torch.ones_like(values[:, 0, 0], dtype=torch.bool)
        last = None
        for place in self.network.order:
            point, feature = divmod(place, width)
            outputs, uniforms = self.network.advance(last, memory).float(), streams.uniform(2)
            if feature == self.space.features:
                still = there & (uniforms[:, 0] < outputs[:, 0].double().sigmoid())
                change, there, last = log_chance(outputs, still) * there, still, still * 2.0 - 1
            else:
                above = values[:, point - 1, 0] if point and feature == 0 else None
                last = self.law.draw(outputs, uniforms, above) * there
                change = self.law.log_prob(outputs, last) * there
                if above is not None:
                    change = change - self.law.log_survival(outputs, above) * there
            values[:, point, feature] = last
            log_prob += change
        return Draws(self.space.trim(Batch(values)), log_prob)


def log_chance(outputs: Tensor, there: Tensor) -> Tensor:
    """Read the first number as the logit of there being a point. Shapes: (..., outputs), (...) -> (...)."""
    logits = outputs[..., 0].float()
    return F.logsigmoid(torch.where(there, logits, -logits))


def in_order(batch: Batch) -> Batch:
    """Sort the points of each set by their first feature, equal ones by the next.

    Example:
        >>> in_order(Batch(torch.tensor([[[2.0, 0.0], [1.0, 5.0], [1.0, 4.0]]]))).values[0].tolist()
        [[1.0, 4.0], [1.0, 5.0], [2.0, 0.0]]
    """
    values = batch.values
    mask = torch.ones_like(values[..., 0], dtype=torch.bool) if batch.mask is None else batch.mask
    for feature in reversed(range(values.shape[-1])):
        places = values[..., feature].masked_fill(~mask, torch.inf).argsort(dim=1, stable=True)
        values, mask = values.gather(1, places[..., None].expand_as(values)), mask.gather(1, places)
    return Batch(values, mask, conditions=batch.conditions)
