"""An energy over the codes of an autoencoder (Pang et al. 2020, arXiv:2006.08205)."""

from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor

from gdl_core.families.energy.matching import ScoreMatching
from gdl_core.families.family import Draws
from gdl_core.families.given import Given
from gdl_core.families.latent_prior import LatentPrior
from gdl_core.families.roles import Networks
from gdl_core.randomness import Streams
from gdl_core.spaces import Space


class LatentEnergy(LatentPrior):
    """A normal density over vectors of `latent` numbers that stand for samples, tilted by a network.

    Walks take place among codes, where a step costs little however large a sample is. The energy learns by score
    matching of codes with noise of deviation `blur`, where Pang et al. let short chains walk in each step.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Tokens
        >>> model = build(Design("energy", Tokens(5, 8), variant="latent"))
        >>> len(model.sample(Streams(0, range(3)), steps=4).samples)
        3
    """

    name = "energy"
    variant = "latent"
    spaces = ("tokens", "grid", "points", "graph")
    roles = ("encoder", "decoder")
    prior: ScoreMatching

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        latent: int = 32,
        beta: float = 0.1,
        blur: float = 0.5,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, width=latent, beta=beta, condition_dropout=condition_dropout)
        codes = self.code_space(latent)
        self.prior = ScoreMatching(codes, partial(networks, space=codes), blur=blur, condition_dropout=0.0)

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        sampler: str = "langevin",
        steps: int = 300,
        size: float | None = None,
        jump: bool = True,
        guidance: float = 1.0,
        temperature: float = 1.0,
        given: Given | None = None,
        rounds: int = 16,
    ) -> Draws:
        """Walk among codes from normal noise, as `ScoreMatching` does, then draw a sample from what each code says.

        `temperature` is that of the sample, given its code (0: the most probable one). `guidance` goes beyond what the
        conditions do to both (1: not beyond; 0: no conditions). What is `given` is kept; the code adapts to it in so
        many `rounds` of encoding and drawing (`imputation.by_turns`).
        """
        asked = conditions or {}
        codes = self.prior.sample(
            streams, conditions=asked, guidance=guidance, sampler=sampler, steps=steps, size=size, jump=jump
        ).samples
        return self.drawn(
            self.undone(codes), streams, asked, given, rounds=rounds, temperature=temperature, guidance=guidance
        )
