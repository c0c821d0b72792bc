"""An energy over whole sequences that corrects a model which writes them token by token."""

from collections.abc import Mapping, Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.errors import UsageError
from gdl_core.families.autoregressive import Autoregressive
from gdl_core.families.autoregressive.following import Follow
from gdl_core.families.family import Draws, Family
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.roles import Encoder, Networks
from gdl_core.families.truncation import draw
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Tokens, with_conditions


class Residual(Family):
    """p(x) = q(x) exp(-E(x)) / Z: an autoregressive model q, and an energy that has seen the whole sequence.

    Deng et al. (2020), arXiv:2004.11714. The two are trained side by side, q by maximum likelihood and E by
    noise-contrastive estimation: it learns to tell data from sequences that q draws, `negatives` of them in each step.
    The paper trains q first and E on a large pretrained network. No likelihood is known, since Z is not.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> model = build(Design("energy", Tokens(5, 8), variant="residual"))
        >>> len(model.sample(Streams(0, range(3)), candidates=4).samples)
        3
    """

    name = "energy"
    variant = "residual"
    spaces = ("tokens",)
    roles = ("autoregressor", "energy")
    space: Tokens

    def __init__(
        self, space: Tokens, networks: Networks, *, negatives: int = 16, condition_dropout: float = 0.1
    ) -> None:
        super().__init__(space, networks)
        self.negatives, self.condition_dropout = negatives, condition_dropout
        self.base = Autoregressive(space, networks)
        self.network = cast(Encoder, networks("energy", outputs=(1,)))

    def energy(self, batch: Batch) -> Tensor:
        """Return the energy of each sequence: lower is more like data than what q draws. Shapes: (batch,)."""
        return self.network(self.space.relax(self.space.fill(batch))).squeeze(1).float()

    def loss(self, batch: Batch) -> Tensor:
        """Return q's negative log-likelihood plus the cost of telling data from q, in nats. Shapes: (batch,)."""
        batch = drop_conditions(batch, self.condition_dropout if self.training else 0.0)
        told_apart = F.softplus(self.energy(batch)) + F.softplus(-self.energy(self._imagined(batch))).mean()
        return told_apart - self.base.log_prob(batch).values

    def _imagined(self, batch: Batch) -> Batch:
        """Draw sequences from q under the conditions of the first samples; the same ones when nothing is learned."""
        count = min(self.negatives, len(batch))
        asked = {name: values[:count] for name, values in batch.conditions.items()}
        seed = int(torch.randint(1 << 62, ())) if self.training else 0
        draws = self.base.sample(Streams(seed, range(count), device=batch.values.device), conditions=asked)
        return with_conditions(self.space.collate(draws.samples), asked)

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        prefixes: Sequence[Sequence[int]] | None = None,
        candidates: int = 16,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        follow: Follow | None = None,
    ) -> Draws:
        """Draw so many `candidates` for each stream from q, and choose one of them by its energy.

        With more candidates the choice comes nearer to p (sampling, importance, resampling: Rubin 1987). The
        temperature and the cuts are made to q, and what `follow` makes follows its sequences.
        """
        if candidates < 1:
            raise UsageError(f"{candidates} candidates for each sample; there must be at least one")
        asked = {name: values.repeat_interleave(candidates, 0) for name, values in (conditions or {}).items()}
        begun = None if prefixes is None or len(prefixes) < 2 else [one for one in prefixes for _ in range(candidates)]
        parts = streams.divide(candidates, self.space.max_length)
        draws = self.base.sample(
            parts, conditions=asked, prefixes=begun or prefixes,
            temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, follow=follow,
        )  # fmt: skip
        if not draws.samples:
            return Draws([])
        energies = self.energy(with_conditions(self.space.collate(draws.samples), asked)).view(-1, candidates)
        chosen = draw(-energies, streams.uniform(1).squeeze(1))
        return Draws([draws.samples[row * candidates + place] for row, place in enumerate(chosen.tolist())])
