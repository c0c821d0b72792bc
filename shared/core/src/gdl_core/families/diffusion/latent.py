"""Diffusion over the codes of an autoencoder (Rombach et al. 2022, arXiv:2112.10752)."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar, cast

import torch
from torch import Tensor

from gdl_core.families.diffusion.denoising import Ddpm, Denoising, Edm, FlowMatching
from gdl_core.families.diffusion.gaussian import named
from gdl_core.families.family import Draws
from gdl_core.families.given import Given
from gdl_core.families.latent import BoundedLatent
from gdl_core.families.latent_prior import LatentPrior
from gdl_core.families.roles import Analysis, Networks
from gdl_core.families.vae.codes import map_shape_of
from gdl_core.families.vae.emissions import ElementEmission
from gdl_core.randomness import Source, Streams
from gdl_core.spaces import Batch, Grid, Space

PROCESSES: dict[str, type[Denoising]] = {process.variant: process for process in (Edm, Ddpm, FlowMatching)}
"""What can be learned of the codes, by name."""


class CodeDiffusion(LatentPrior, BoundedLatent):
    """What diffusion over codes of any shape has in common.

    The prior of `LatentPrior` is a denoiser, the `process` of this name.
    """

    name = "diffusion"
    nats = False
    prior: Denoising

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        width: int,
        beta: float,
        process: str,
        condition_dropout: float,
    ) -> None:
        super().__init__(space, networks, width=width, beta=beta, condition_dropout=condition_dropout)
        codes, kind = self.code_space(width), named(PROCESSES, process, "process")
        self.prior = kind(codes, partial(networks, space=codes), condition_dropout=0.0)  # they are dropped before

    def log_prior(self, codes: Tensor, conditions: Mapping[str, Tensor], source: Source) -> Tensor:
        standard = Batch(self.standard(codes), conditions=conditions)
        volume = self.standard.deviation.expand(codes.shape[1:]).log().sum()
        return self.prior.bound(standard, source) - volume

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        steps: int | None = None,
        solver: str | None = None,
        guidance: float = 1.0,
        temperature: float = 1.0,
        given: Given | None = None,
        rounds: int = 16,
    ) -> Draws:
        """Draw a code from each stream, in `steps` steps of the solver of this name, then a sample from what it says.

        `temperature` is that of the sample, given its code (0: the most probable one). `guidance` goes beyond what the
        conditions do to both (1: not beyond; 0: no conditions). What is `given` is kept; the code adapts to it in so
        many `rounds` of encoding and drawing (`imputation.by_turns`).
        """
        asked = conditions or {}
        codes = self.prior.sample(streams, conditions=asked, steps=steps, solver=solver, guidance=guidance).samples
        return self.drawn(
            self.undone(codes), streams, asked, given, rounds=rounds, temperature=temperature, guidance=guidance
        )


class LatentDiffusion(CodeDiffusion):
    """Diffusion over a vector of `latent` numbers that stands for a sample.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Tokens
        >>> model = build(Design("diffusion", Tokens(5, 8), variant="latent"))
        >>> len(model.sample(Streams(0, range(3)), steps=4).samples)
        3
    """

    variant = "latent"
    spaces: ClassVar[tuple[str, ...]] = ("vector", "tokens", "points", "graph")
    roles = ("encoder", "decoder")

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        latent: int = 32,
        beta: float = 0.1,
        process: str = "edm",
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, width=latent, beta=beta, process=process, condition_dropout=condition_dropout)


class LatentVectorDiffusion(LatentDiffusion):
    """What `LatentDiffusion` is elsewhere, on grids, where ``latent`` has a map of codes.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> options = {"variant": "latent-vector", "network": "perceptron", "family_options": {"latent": 16}}
        >>> model = build(Design("diffusion", Grid(1, (8, 8, 8), levels=2), **options))
        >>> model.encode(Batch(torch.zeros(2, 1, 8, 8, 8, dtype=torch.int64))).shape
        torch.Size([2, 16])
    """

    variant = "latent-vector"
    spaces = ("grid",)


class LatentMapDiffusion(CodeDiffusion):
    """Diffusion over a map of `width` numbers for each region of a grid.

    How many cells a region has is said by `halvings` of the networks.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> options = {"process": "flow-matching"}
        >>> model = build(Design("diffusion", Grid(1, (12, 8), levels=4), variant="latent", family_options=options))
        >>> model.encode(Batch(torch.zeros(2, 1, 12, 8, dtype=torch.int64))).shape
        torch.Size([2, 4, 3, 2])
    """

    variant = "latent"
    spaces = ("grid",)
    roles = ("analysis", "synthesis")

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        width: int = 4,
        beta: float = 0.1,
        process: str = "edm",
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, width=width, beta=beta, process=process, condition_dropout=condition_dropout)

    def code_space(self, width: int) -> Space:
        return Grid(width, map_shape_of(cast(Analysis, self.encoder), cast(ElementEmission, self.emission)))
