"""The games that critic and generator play."""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.families.gan.adversarial import Adversarial
from gdl_core.families.gan.lipschitz import bound
from gdl_core.families.gan.penalties import distance_from_unit_slope, one_behind_the_other, scores_and_slopes
from gdl_core.spaces import Batch


class Relativistic(Adversarial):
    """Each sample is compared with a generated one, and the critic is kept flat at both: R1 and R2.

    R3GAN of Huang et al. (2025), arXiv:2501.05441: it converges locally, and no mode can be forgotten for free.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("gan", Vector(2)))
        >>> model.variant, model.sample(Streams(0, range(3))).samples[0].shape
        ('relativistic', torch.Size([2]))
    """

    variant = "relativistic"
    usual_penalty = (0.02, 0.1)

    def critic_objective(self, real: Tensor, fake: Tensor) -> Tensor:
        return F.softplus(fake - real)

    def generator_objective(self, fake: Tensor, batch: Batch) -> Tensor:
        with torch.no_grad():
            real = self.judge(batch)
        return F.softplus(real - fake)

    def penalised(self, real: Batch, fake: Batch) -> tuple[Tensor, Tensor, Tensor]:
        scores, slopes = scores_and_slopes(self.judge, one_behind_the_other(real, fake))
        (real_scores, fake_scores), (at_real, at_fake) = scores.chunk(2), slopes.chunk(2)
        return real_scores, fake_scores, (at_real + at_fake) / 2


class Standard(Adversarial):
    """The critic gives the odds that a sample is data; the generator raises those of its own.

    The non-saturating game of Goodfellow et al. (2014), arXiv:1406.2661, with the R1 penalty of Mescheder et al.
    (2018), arXiv:1801.04406, without which it does not converge.
    """

    variant = "standard"
    usual_penalty = (0.02, 0.1)

    def critic_objective(self, real: Tensor, fake: Tensor) -> Tensor:
        return F.softplus(-real) + F.softplus(fake)

    def generator_objective(self, fake: Tensor, batch: Batch) -> Tensor:
        return F.softplus(-fake)


class Wasserstein(Adversarial):
    """The critic estimates the earth mover's distance: its slope is held at one between data and generated samples.

    Gulrajani et al. (2017), arXiv:1704.00028.
    """

    variant = "wasserstein"
    usual_penalty = (10.0, 10.0)
    usual_every: ClassVar[int] = 5

    def critic_objective(self, real: Tensor, fake: Tensor) -> Tensor:
        return fake - real

    def generator_objective(self, fake: Tensor, batch: Batch) -> Tensor:
        return -fake

    def penalised(self, real: Batch, fake: Batch) -> tuple[Tensor, Tensor, Tensor]:
        penalty = distance_from_unit_slope(self.judge, self.space, real, fake)
        return *self.judge_both(real, fake), penalty


class Hinge(Adversarial):
    """A critic whose layers stretch nothing, and which leaves alone what it tells apart by a margin of one.

    Spectral normalisation of Miyato et al. (2018), arXiv:1802.05957.
    """

    variant = "hinge"

    def prepared(self, critic: nn.Module) -> nn.Module:
        return bound(critic)

    def critic_objective(self, real: Tensor, fake: Tensor) -> Tensor:
        return F.relu(1 - real) + F.relu(1 + fake)

    def generator_objective(self, fake: Tensor, batch: Batch) -> Tensor:
        return -fake
