"""What all generative adversarial networks share: two networks, two phases, and one way to draw."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from gdl_core.errors import UsageError, nearest
from gdl_core.families.family import Draws, Family, Phase
from gdl_core.families.gan.augmentation import Adaptive
from gdl_core.families.gan.growth import Growth, growing
from gdl_core.families.gan.penalties import one_behind_the_other, scores_and_slopes
from gdl_core.families.gan.relaxation import RELAXATIONS, realise
from gdl_core.families.given import Given
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.imputation import downhill
from gdl_core.families.roles import Decoder, Encoder, Networks
from gdl_core.randomness import Ambient, Source, Streams
from gdl_core.spaces import Batch, Space


class Adversarial(Family):
    """A generator that learns from a critic, which learns to tell samples from what is generated.

    A variant says what either side minimises. Goodfellow et al. (2014), arXiv:1406.2661.

    Arguments of a variant:
        latent: How many numbers a code has; they are standard normal.
        penalty: The weight of the critic's gradient penalty; 0 does without (default: the variant's own).
        every: The generator moves in every so many steps, the critic in each (default: the variant's own).
        critic_rate, generator_rate: Parts of the run's learning rate.
        betas: Of Adam, for both.
        relaxation: How symbols without an order are made: ``straight_through`` or ``gumbel_softmax``, at `temperature`.
        condition_dropout: For this share of samples it is left open what they are asked to be.
        augmentation: By how much the critic may be ahead, from 0 to 1, until it sees augmented samples (0.6 in the
            paper; None: it never does). The space needs a network for the role ``augmentation``.
        augmentation_horizon: In how many samples the probability of augmentation may rise from none to all.
        growth: For how many samples each scale is held, and in how many the next one fades in, from the coarsest to
            the finest; None: both networks are full-grown from the start. They need to be networks that grow.
    """

    name = "gan"
    spaces = ("vector", "tokens", "grid", "points", "graph")
    roles = ("generator", "discriminator")
    comparable = False

    usual_penalty: ClassVar[tuple[float, float]] = (0.0, 0.0)
    """The weight of the penalty over numbers, and over symbols without an order, which need a flatter critic."""
    usual_every: ClassVar[int] = 1

    generator: Decoder
    critic: Encoder

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        latent: int = 64,
        penalty: float | None = None,
        every: int | None = None,
        critic_rate: float = 1.0,
        generator_rate: float = 1.0,
        betas: tuple[float, float] = (0.0, 0.99),
        relaxation: str = "gumbel_softmax",
        temperature: float = 1.0,
        condition_dropout: float = 0.1,
        augmentation: float | None = None,
        augmentation_horizon: int = 500_000,
        growth: int | None = None,
    ) -> None:
        super().__init__(space, networks)
        if relaxation not in RELAXATIONS:
            raise UsageError(f"there is no relaxation {relaxation!r}; {nearest(relaxation, RELAXATIONS)}")
        self.latent = latent
        self.penalty = self.usual_penalty[space.one_hot] if penalty is None else penalty
        self.every = self.usual_every if every is None else every
        self.critic_rate, self.generator_rate, self.betas = (
            critic_rate,
            generator_rate,
            (float(betas[0]), float(betas[1])),
        )
        self.relax, self.temperature = RELAXATIONS[relaxation], temperature
        self.condition_dropout = condition_dropout
        self.generator = cast(Decoder, networks("generator", inputs=latent, outputs=space.real_outputs))
        self.critic = cast(Encoder, self.prepared(networks("discriminator", outputs=(1,))))
        self.augmentation = None
        if augmentation is not None:
            self.augmentation = Adaptive(networks("augmentation"), target=augmentation, horizon=augmentation_horizon)
        self.growth = None if growth is None else Growth(samples=growth)
        self.grow(0)

    def prepared(self, critic: nn.Module) -> nn.Module:
        """Return the critic's network as this variant wants it."""
        return critic

    @abstractmethod
    def critic_objective(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return what the critic minimises, by its scores of samples and of generated ones. Shapes: (batch,)."""

    @abstractmethod
    def generator_objective(self, fake: Tensor, batch: Batch) -> Tensor:
        """Return what the generator minimises, by the scores of what it made. Shapes: (batch,)."""

    def penalised(self, real: Batch, fake: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Return the scores of samples and of generated ones, and the penalty to be weighted: by default R1.

        Shapes: three of (batch,).
        """
        scores, slopes = scores_and_slopes(self.judge, real)
        return scores, self.judge(fake), slopes / 2

    def phases(self) -> list[Phase]:
        """The critic moves in each step, then the generator in every `every`-th."""
        critic, generator = (list(cast(nn.Module, one).parameters()) for one in (self.critic, self.generator))
        return [
            Phase("critic", critic, self.critic_loss, rate=self.critic_rate, betas=self.betas),
            Phase("generator", generator, self.generator_loss, self.every, self.generator_rate, self.betas),
        ]

    def grow(self, count: int) -> None:
        """Let both networks grow by so many samples, if the model does so."""
        if self.growth is not None:
            self.growth.lead(count, growing(self.generator), growing(self.critic))

    def loss(self, batch: Batch) -> Tensor:
        """Return the generator's loss: how well its samples are told from data, which says little of their worth."""
        return self.generator_loss(batch)

    def critic_loss(self, batch: Batch) -> Tensor:
        """Return what the critic minimises; the generator gets no gradient. Shapes: (batch,)."""
        if self.training:
            self.grow(len(batch))
        real = self.real(batch)
        with torch.no_grad():
            fake = self.generate(Ambient(len(real), real.values.device), real.conditions)
        penalty: Tensor | float
        if self.penalty:
            real_scores, fake_scores, penalty = self.penalised(real, fake)
        else:
            (real_scores, fake_scores), penalty = self.judge_both(real, fake), 0.0
        if self.augmentation is not None and self.training:
            self.augmentation.adapt(real_scores - fake_scores)
        return self.critic_objective(real_scores, fake_scores) + self.penalty * penalty

    def generator_loss(self, batch: Batch) -> Tensor:
        """Return what the generator minimises. Shapes: (batch,)."""
        batch = self.real(batch)
        fake = self.generate(Ambient(len(batch), batch.values.device), batch.conditions)
        return self.generator_objective(self.judge(fake), batch)

    def real(self, batch: Batch) -> Batch:
        """Return a batch of data as the critic sees it."""
        batch = drop_conditions(batch, self.condition_dropout if self.training else 0.0)
        return self.space.relax(self.space.fill(batch))

    def generate(self, source: Source, conditions: Mapping[str, Tensor], spread: float = 1.0) -> Batch:
        """Make a sample in the real form from each of the source's streams, through which gradients flow."""
        return self.made(source.normal(self.latent).float() * spread, source, conditions)

    def made(self, codes: Tensor, source: Source, conditions: Mapping[str, Tensor]) -> Batch:
        """Return what the generator makes of codes, in the real form."""
        outputs = self.generator(codes, conditions)
        return realise(self.space, outputs, source, conditions, self.relax, self.temperature)

    def judge(self, batch: Batch) -> Tensor:
        """Return the critic's score of each sample, augmented if the model does so. Shapes: (batch,)."""
        if self.augmentation is not None:
            batch = self.augmentation(batch)
        return self.critic(batch).squeeze(1).float()

    def judge_both(self, real: Batch, fake: Batch) -> tuple[Tensor, Tensor]:
        """Return the scores of samples and of generated ones."""
        real_scores, fake_scores = self.judge(one_behind_the_other(real, fake)).chunk(2)
        return real_scores, fake_scores

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        spread: float = 1.0,
        candidates: int = 1,
        given: Given | None = None,
        rounds: int = 100,
    ) -> Draws:
        """Draw one sample from each stream, in one pass through the generator.

        `spread` is the standard deviation of the codes: below 1 samples are more typical and less varied. Of so many
        `candidates` for each sample the one stays that the critic thinks most like data, which leaves out what it can
        tell (in the manner of Azadi et al. 2018, arXiv:1810.06758). What is `given` is kept, and in so many `rounds`
        the codes move to where the rest fits it (`imputation.downhill`), without candidates.
        """
        if given is None and candidates != 1:
            chosen = self._chosen(streams, conditions or {}, spread, candidates)
            return Draws(self.space.trim(self.space.round(chosen)))
        codes = streams.normal(self.latent).float() * spread
        everyone = torch.arange(len(streams), device=streams.indices.device)

        def make(codes: Tensor) -> Batch:
            chance = streams.select(everyone)  # what the relaxation of symbols leaves to chance is the same each time
            return self.made(codes, chance, conditions or {})

        if given is None:
            return Draws(self.space.trim(self.space.round(make(codes))))
        known = Given(self.space.relax(given.values), given.known)
        codes = downhill(lambda codes: make(codes).parts, codes, known, rounds=rounds)
        filled = self.space.round(make(codes))
        return Draws(self.space.trim(filled.with_parts(given.over(filled.parts))))

    def _chosen(self, streams: Streams, conditions: Mapping[str, Tensor], spread: float, candidates: int) -> Batch:
        """Make some candidates from each stream; return those with the highest scores, in the real form."""
        if candidates < 1:
            raise UsageError(f"{candidates} candidates for each sample; there must be at least one")
        drawn = [self.latent, *(math.prod(shape) for shape in self.space.real_shapes)]
        parts = streams.divide(candidates, sum(number + number % 2 for number in drawn))  # normal numbers come in twos
        asked = {name: values.repeat_interleave(candidates, 0) for name, values in conditions.items()}
        made = self.generate(parts, asked, spread)
        best = self.critic(made).float().view(-1, candidates).argmax(1)
        return made.rows(best + torch.arange(len(streams), device=best.device) * candidates)
