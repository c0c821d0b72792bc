"""How probable a whole sample is, given what a decoder makes of a code.

An observation knows its space, as a network does, so that the families need not. Elements that say nothing of the
sample (tokens after the end, the numbers of a point that is not there, edges of a node that is none) are left out:
whatever stands there, the sample is the same, so that their probabilities add up to one.

Points and nodes have no order, so a sample is every arrangement of its elements on the decoder's places at once. Its
probability is the sum over all arrangements, and every single arrangement bounds it from below; the best one that
`matching` finds is taken. So a set or a graph has the likelihood of the unordered object, bounded.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.families.vae.likelihoods import Bernoulli, Categorical, ElementLikelihood, Gaussian, LogisticMixture
from gdl_core.families.vae.matching import match
from gdl_core.randomness import Source
from gdl_core.spaces import Batch, Part, Space


class Observation:
    """Each element has a likelihood of its own, which follows from what stands in its part of the sample.

    Example:
        >>> from gdl_core.spaces import Grid
        >>> observation = observe(Grid(1, (2, 2), levels=2))
        >>> observation.log_prob([torch.zeros(1, 1, 2, 2, 1)], Batch(torch.ones(1, 1, 2, 2))).exp()  # 1 / 2^4
        tensor([0.0625])
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.elements = tuple(likelihood_of(space, part) for part in space.parts)

    @property
    def outputs(self) -> tuple[int, ...]:
        """How many numbers a decoder must give for each element of each part."""
        return tuple(element.outputs for element in self.elements)

    def log_prob(self, outputs: Sequence[Tensor], filled: Batch) -> Tensor:
        """Return the log-probability of each sample, or a bound from below where elements have no order, in nats.

        Shapes: each (batch, *part.shape, outputs), a filled batch -> (batch,).
        """
        outputs = [output.float() for output in outputs]
        return self.space.total(self.heard_log_probs(outputs, self.arranged(outputs, filled)))

    def centre(self, outputs: Sequence[Tensor]) -> Batch:
        """Return the sample of each row whose every element is its distribution's centre, in the filled form."""
        whole = zip(self.elements, outputs, strict=True)
        return _filled([element.centre(output.float()) for element, output in whole])

    def draw(self, outputs: Sequence[Tensor], source: Source, temperature: float = 1.0) -> Batch:
        """Draw a sample for each row, in the filled form. Temperature 0 is the centre."""
        if temperature == 0:
            return self.centre(outputs)
        whole = zip(self.elements, outputs, strict=True)
        return _filled([element.draw(output.float(), source, temperature) for element, output in whole])

    def log_probs(self, outputs: Sequence[Tensor], filled: Batch) -> list[Tensor]:
        """Return the log-probability of each element. Shapes: each (batch, *part.shape)."""
        whole = zip(self.elements, outputs, filled.parts, strict=True)
        return [element.log_prob(output, values) for element, output, values in whole]

    def arranged(self, outputs: Sequence[Tensor], filled: Batch) -> Batch:
        """Bring the elements of samples to the places of the decoder; where they have an order they keep it."""
        return filled

    def heard(self, filled: Batch) -> list[Tensor]:
        """Tell which elements say something of the sample. Shapes: each (batch, *part.shape)."""
        return [torch.ones_like(values, dtype=torch.bool) for values in filled.parts]

    def heard_log_probs(self, outputs: Sequence[Tensor], filled: Batch) -> list[Tensor]:
        """Return the log-probability of each element where it stands, 0 for those that say nothing."""
        found = zip(self.log_probs(outputs, filled), self.heard(filled), strict=True)
        return [log_prob.masked_fill(~heard, 0.0) for log_prob, heard in found]


class TokenObservation(Observation):
    """Tokens side by side, up to and with the end."""

    def heard(self, filled: Batch) -> list[Tensor]:
        if not self.space.variable:  # type: ignore[attr-defined]  # observe() gives it tokens
            return super().heard(filled)
        ends = (filled.values == 0).long()
        return [ends.cumsum(1) - ends == 0]


class PointObservation(Observation):
    """Points without order: Gaussian coordinates and, where sets vary in size, whether a point is there."""

    @property
    def varies(self) -> bool:
        """Whether the last number of a point says that it is there."""
        return self.space.variable  # type: ignore[attr-defined]  # observe() gives it points

    def arranged(self, outputs: Sequence[Tensor], filled: Batch) -> Batch:
        with torch.no_grad():
            everywhere = (point[:, None].expand_as(filled.values) for point in filled.values.unbind(1))
            fits = [self.heard_log_probs(outputs, filled.with_parts([points]))[0].sum(-1) for points in everywhere]
        return _rearranged(filled, match(-torch.stack(fits, 1)))

    def log_probs(self, outputs: Sequence[Tensor], filled: Batch) -> list[Tensor]:
        (coordinates,) = super().log_probs(outputs, filled)
        if not self.varies:
            return [coordinates]
        there = Bernoulli().log_prob(outputs[0][..., -1, :1], filled.values[..., -1])
        return [torch.cat([coordinates[..., :-1], there[..., None]], -1)]

    def heard(self, filled: Batch) -> list[Tensor]:
        if not self.varies:
            return super().heard(filled)
        there = (filled.values[..., -1:] > 0).expand(filled.values.shape).clone()
        there[..., -1] = True
        return [there]

    def centre(self, outputs: Sequence[Tensor]) -> Batch:
        return self._with_presence(super().centre(outputs), Bernoulli().centre(outputs[0][..., -1, :1].float()))

    def draw(self, outputs: Sequence[Tensor], source: Source, temperature: float = 1.0) -> Batch:
        if temperature == 0:
            return self.centre(outputs)
        points = super().draw(outputs, source, temperature)
        return self._with_presence(points, Bernoulli().draw(outputs[0][..., -1, :1].float(), source, temperature))

    def _with_presence(self, points: Batch, there: Tensor) -> Batch:
        if not self.varies:
            return points
        return points.with_parts([torch.cat([points.values[..., :-1], 2.0 * there[..., None] - 1], -1)])


class GraphObservation(Observation):
    """Nodes without order, some of which are none, and the edges between those that are."""

    def arranged(self, outputs: Sequence[Tensor], filled: Batch) -> Batch:
        """Match by nodes and by what edges each node has; then, with the others where they are, by its very edges."""
        with torch.no_grad():
            nodes, edges = (output.log_softmax(-1) for output in outputs)
            nodes = nodes.transpose(1, 2)  # batch, symbols, places
            profile = edges.exp().mean(2).clamp_min(1e-9).log()  # what edges a place has to any other
            fit = nodes.take_along_dim(filled.values[..., None], 1)
            best = guess = _rearranged(filled, match(-fit - self._edges(filled).sum(2) @ profile.transpose(1, 2)))
            most = self._bound(outputs, best)
            for _ in range(ROUNDS):
                fit = nodes.take_along_dim(guess.values[..., None], 1)
                kept = self._edges(guess).flatten(2) @ edges.flatten(2).transpose(1, 2)
                guess = _rearranged(guess, match(-fit - kept))
                now = self._bound(outputs, guess)
                best = _where(now > most, guess, best)
                most = torch.maximum(now, most)
        return best

    def heard(self, filled: Batch) -> list[Tensor]:
        there = filled.values > 0
        return [torch.ones_like(there), there[:, :, None] & there[:, None]]

    def _edges(self, filled: Batch) -> Tensor:
        """Return the types of the edges between nodes that are there, one-hot. Shapes: (batch, nodes, nodes, types)."""
        types = filled.parts[1]
        heard = self.heard(filled)[1] & ~torch.eye(types.shape[1], dtype=torch.bool, device=types.device)
        return F.one_hot(types, self.elements[1].outputs).float() * heard[..., None]

    def _bound(self, outputs: Sequence[Tensor], filled: Batch) -> Tensor:
        return self.space.total(self.heard_log_probs(outputs, filled))


ROUNDS = 2
"""How often the matching of a graph is tried again from the last one; the best is kept."""

OBSERVATIONS: dict[str, type[Observation]] = {
    "tokens": TokenObservation,
    "points": PointObservation,
    "graph": GraphObservation,
}
"""By kind of space, where elements are not simply heard one by one."""


def observe(space: Space) -> Observation:
    """Return the likelihood that fits a space."""
    return OBSERVATIONS.get(space.kind, Observation)(space)


def likelihood_of(space: Space, part: Part) -> ElementLikelihood:
    """Return the likelihood of an element: of a number, of a symbol without order, of one of two, of a level.

    Example:
        >>> from gdl_core.spaces import Grid
        >>> space = Grid(1, (8, 8), levels=256)
        >>> likelihood_of(space, space.parts[0])
        LogisticMixture(levels=256, components=10)
    """
    if part.symbols is None:
        return Gaussian()
    if space.one_hot:
        return Categorical(part.symbols)
    return Bernoulli() if part.symbols <= 2 else LogisticMixture(part.symbols)


def _filled(parts: Sequence[Tensor]) -> Batch:
    return Batch(parts[0], edges=parts[1] if len(parts) > 1 else None)


def _rearranged(filled: Batch, order: Tensor) -> Batch:
    """Put at each place the element that `order` names, along every axis of elements. Shapes: order (batch, places)."""
    first, *pairs = filled.parts
    moved = first.take_along_dim(order.reshape(*order.shape, *(1,) * (first.ndim - 2)), 1)
    between = (p.take_along_dim(order[:, :, None], 1).take_along_dim(order[:, None], 2) for p in pairs)
    return filled.with_parts([moved, *between])


def _where(chosen: Tensor, one: Batch, other: Batch) -> Batch:
    """Take the samples of one batch where `chosen`, else of the other."""
    whole = zip(one.parts, other.parts, strict=True)
    return other.with_parts([torch.where(chosen.reshape(-1, *(1,) * (a.ndim - 1)), a, b) for a, b in whole])
