"""The contract of a family: what it must do, and what it may offer beyond.

A family gives a loss and draws samples. Whether it also knows a likelihood or encodes is said by the protocols it
fits, `HasLikelihood` and `Encodes`; nothing pretends and then raises. A family may come in variants, a class each:
the family ``flow`` as ``spline`` or ``glow``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from torch import Tensor, nn

from gdl_core.families.roles import Networks
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Sample, Space


@dataclass(frozen=True)
class Phase:
    """One objective of a training step: which parameters it moves, by which loss, and how often.

    The trainer gives each phase an optimizer of its own and runs the phases in order, a phase with ``every=5`` in
    every fifth step. Parameters outside the phase get no gradient from it. Critics, growth, contrastive divergence
    and distillation targets are phases. `loss` maps a batch to one number per sample. `rate` multiplies the run's
    learning rate; `betas` are those of Adam, where they are not the trainer's.
    """

    name: str
    parameters: Sequence[nn.Parameter]
    loss: Callable[[Batch], Tensor]
    every: int = 1
    rate: float = 1.0
    betas: tuple[float, float] | None = None


@dataclass(frozen=True)
class Draws:
    """Samples as a family drew them, in order, and the log-probability of each (nats) where the family knows it."""

    samples: list[Sample]
    log_prob: Tensor | None = None


@dataclass(frozen=True)
class Likelihood:
    """Log-likelihoods in nats, and what they are worth.

    `values` has one number per sample. `elements` has one per element of each sample, where the family's likelihood
    is a sum over elements; padding is zero. Shapes: values (batch,), elements (batch, length).
    """

    values: Tensor
    kind: Literal["exact", "lower_bound", "estimate"]
    elements: Tensor | None = None


class Family(nn.Module, ABC):
    """An objective and a sampler over one sample space. The contract suite is `gdl_core.testing.families`.

    A family is built with its space and with `networks`, of which it asks for the networks it needs by role; it never
    learns what they are.
    """

    name: ClassVar[str]
    """The family, such as ``flow``."""

    variant: ClassVar[str]
    """Which form of it, such as ``spline``."""

    spaces: ClassVar[tuple[str, ...]]
    """The kinds of space it can model."""

    roles: ClassVar[tuple[str, ...]]
    """The roles of the networks that it asks for on its own space."""

    comparable: ClassVar[bool] = True
    """Whether a lower loss on held-out samples means a better model; where not, the newest weights are kept."""

    nats: ClassVar[bool] = True
    """Whether the loss of a family that knows a likelihood is its negative, or a bound above that, in nats."""

    training_only: ClassVar[tuple[str, ...]] = ()
    """How the names of buffers begin that only training needs: checkpoints of a run hold them, saved models do not.

    They are registered with ``persistent=False``.
    """

    def __init__(self, space: Space, networks: Networks) -> None:
        super().__init__()
        self.space = space

    @classmethod
    def fits(cls, space: Space) -> bool:
        """Tell whether this family can model a space; by default every one of the kinds in `spaces`."""
        return space.kind in cls.spaces

    @abstractmethod
    def loss(self, batch: Batch) -> Tensor:
        """Return what training minimises, for each sample, summed over its elements. Shapes: (batch,)."""

    @abstractmethod
    def sample(self, streams: Streams, *, conditions: Mapping[str, Tensor] | None = None, **options: Any) -> Draws:
        """Draw one sample from each stream; all randomness comes from the streams.

        Each family names its own options in its signature, keyword-only.
        """

    def phases(self) -> list[Phase]:
        """Return the objectives of one training step; by default one, which moves every parameter by `loss`."""
        return [Phase("all", list(self.parameters()), self.loss)]


@runtime_checkable
class HasLikelihood(Protocol):
    """A family that knows how probable a sample is, or a bound on it."""

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the log-likelihood of each sample, in nats, and its kind."""


@runtime_checkable
class Encodes(Protocol):
    """A family with a latent code for each sample: it can reconstruct and interpolate."""

    def encode(self, batch: Batch) -> Tensor:
        """Return the code of each sample. Shapes: (batch, ...)."""

    def decode(self, codes: Tensor, streams: Streams) -> Draws:
        """Return the samples that codes stand for."""
