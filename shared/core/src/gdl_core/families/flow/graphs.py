"""Coupling flows on graphs: edges first, then nodes as the edges say."""

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor, nn

from gdl_core.families.family import Draws
from gdl_core.families.flow.bijection import Asked, Bijection, Chain
from gdl_core.families.flow.flow import Flow
from gdl_core.families.flow.laws import Affine, Law
from gdl_core.families.flow.layers import ActNorm
from gdl_core.families.guidance import guided
from gdl_core.families.roles import Decoder, Networks
from gdl_core.randomness import Source, Streams
from gdl_core.spaces import Batch, Graph, Vector
from gdl_core.spaces.space import half_of


class ChosenCoupling(Bijection):
    """Some numbers of a vector say how some others are mapped; the rest stays out of it.

    Shapes: (batch, size) -> (batch, size); `read` and `moved` are places. The network is a decoder.
    """

    read: Tensor
    moved: Tensor

    def __init__(self, read: Tensor, moved: Tensor, law: Law, network: nn.Module) -> None:
        super().__init__()
        self.register_buffer("read", read, persistent=False)
        self.register_buffer("moved", moved, persistent=False)
        self.law, self.network = law, cast(Decoder, network)

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        (theta,) = self.network(x[:, self.read], asked)
        moved, log_slope = self.law.forward(x[:, self.moved], theta.to(x.dtype))
        return x.index_copy(1, self.moved, moved), log_slope.sum(1)

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        (theta,) = guided(lambda known: self.network(z[:, self.read], known), asked, guidance)
        return z.index_copy(1, self.moved, self.law.inverse(z[:, self.moved], theta.to(z.dtype)))


class GraphRealNVP(Flow):
    """Affine couplings over one-hot edges, then over one-hot nodes that also see all edges (Zang and Wang 2020, MoFlow,
    arXiv:2006.10137).

    Symbols are blurred, so the likelihood is a lower bound, of graphs with their nodes in the order in which they are
    given. Each pair of nodes counts once. In turn half of the pairs, or of the nodes, moves as the others say.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> model = build(Design("flow", Graph(4, 3, 2), variant="realnvp"))
        >>> len(model.sample(Streams(0, range(3)), temperature=0.7).samples)
        3
    """

    variant = "realnvp"
    spaces = ("graph",)
    roles = ()
    space: Graph
    pairs: Tensor

    def __init__(
        self,
        space: Graph,
        networks: Networks,
        *,
        edge_steps: int = 8,
        node_steps: int = 8,
        condition_dropout: float = 0.0,
    ) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        count = space.max_nodes
        self.register_buffer("pairs", torch.triu_indices(count, count, 1), persistent=False)
        kinds, types = space.real_outputs
        edges = torch.arange(self.pairs.shape[1] * types).view(-1, types)
        nodes = edges.numel() + torch.arange(count * kinds).view(-1, kinds)
        self.size = edges.numel() + nodes.numel()
        chain: list[Bijection] = [ActNorm((self.size,))]
        for turns, elements, seen in ((edge_steps, edges, edges[:0]), (node_steps, nodes, edges)):
            for turn in range(turns if len(elements) else 0):
                moving = half_of(len(elements), turn)
                read, moved = torch.cat([seen.flatten(), elements[~moving].flatten()]), elements[moving].flatten()
                if len(read) and len(moved):
                    network = networks("conditioner", space=Vector(len(moved)), inputs=len(read), outputs=(2,))
                    chain.append(ChosenCoupling(read, moved, Affine(), network))
        self.bijection = Chain(chain)

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        temperature: float = 1.0,
        guidance: float = 1.0,
    ) -> Draws:
        """Draw one graph from each stream; the options are those of every flow."""
        return self._from_noise(self._noise(streams) * temperature, conditions or {}, guidance)

    def encode(self, batch: Batch) -> Tensor:
        """Return the noise that the middle of each graph's cell comes from. Shapes: (batch, numbers)."""
        return self.bijection(self._numbers(batch), batch.conditions)[0]

    def _log_prob(self, batch: Batch, source: Source) -> Tensor:
        numbers = self._numbers(batch)
        return self.density(numbers + 0.5 - source.uniform(self.size).to(numbers), batch.conditions)

    def _noise(self, source: Source) -> Tensor:
        return source.normal(self.size).float()

    def _from_noise(self, z: Tensor, asked: Mapping[str, Tensor], guidance: float = 1.0) -> Draws:
        numbers = self.bijection.inverse(z, asked, guidance)
        kinds, types = self.space.real_outputs
        count, (first, second) = self.space.max_nodes, self.pairs
        split = self.pairs.shape[1] * types
        nodes = numbers[:, split:].unflatten(1, (count, kinds)).argmax(-1)
        edges = nodes.new_zeros(len(nodes), count, count)
        edges[:, first, second] = numbers[:, :split].unflatten(1, (-1, types)).argmax(-1)
        return Draws(self.space.trim(Batch(nodes, edges=edges)))

    def _numbers(self, batch: Batch) -> Tensor:
        """Lay edges and nodes out one-hot. Shapes: a collated batch -> (batch, numbers)."""
        real = self.space.relax(self.space.fill(batch))
        assert real.edges is not None
        first, second = self.pairs
        return torch.cat([real.edges[:, first, second].flatten(1), real.values.flatten(1)], 1)
