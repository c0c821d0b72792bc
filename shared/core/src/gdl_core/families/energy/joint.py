"""An energy that is also a classifier."""

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.conditions import UNKNOWN
from gdl_core.errors import UsageError
from gdl_core.families.energy.langevin import Langevin
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.roles import Networks
from gdl_core.spaces import Batch, Space


class Joint(Langevin):
    """One network as classifier and energy: logit y of a sample is the negative tilt of sample and class together.

    So p(y | x) is the softmax of the logits, exactly, and p(x) is what is left when the class is summed out. Training
    adds the contrast of p(x) and the cross-entropy of p(y | x); sampling walks by p(x | y), or by p(x) where no class
    is asked for. The network gives the logits up to what they have in common, and that as a number of its own.

    Grathwohl et al. (2020), arXiv:1912.03263.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("energy", Vector(2), variant="joint", family_options={"classes": 3}))
        >>> model.classify(Batch(torch.zeros(5, 2))).shape
        torch.Size([5, 3])
    """

    variant = "joint"

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        classes: int = 10,
        condition: str | None = None,
        blur: float = 0.2,
        walk: int = 5,
        chains: int = 1024,
        restarts: float = 0.05,
        damping: float = 0.25,
        condition_dropout: float = 0.1,
    ) -> None:
        """`condition` names the class that is predicted, where there are several. The rest is as in `Langevin`."""
        self.classes, self.condition = classes, condition
        super().__init__(
            space, networks, blur=blur, walk=walk, chains=chains, restarts=restarts, damping=damping,
            condition_dropout=condition_dropout,
        )  # fmt: skip

    @property
    def outputs(self) -> int:
        return 1 + self.classes

    def loss(self, batch: Batch) -> Tensor:
        """Return the contrast of each sample, and the cross-entropy of its class where that is known."""
        real = self.space.relax(self.space.fill(batch))
        classless, classes = self._apart(real)
        contrast = self.contrast(drop_conditions(classless, self.condition_dropout if self.training else 0.0))
        if classes is None:
            return contrast
        return contrast + F.cross_entropy(self._read(real)[1], classes, ignore_index=UNKNOWN, reduction="none")

    def tilt(self, real: Batch) -> Tensor:
        common, logits = self._read(real)
        classes = self._apart(real)[1]
        tilt = common * self.extent - logits.logsumexp(1)
        if classes is None:
            return tilt
        asked = common * self.extent - logits.gather(1, classes.clamp(min=0)[:, None]).squeeze(1)
        return torch.where(classes < 0, tilt, asked)

    @torch.no_grad()
    def classify(self, batch: Batch) -> Tensor:
        """Return the probability of each class, exact under the model. Shapes: (batch, classes)."""
        return self._read(self.space.relax(self.space.fill(batch)))[1].softmax(1)

    def _read(self, real: Batch) -> tuple[Tensor, Tensor]:
        """Return what all logits have in common, negated, and the logits. Shapes: (batch,), (batch, classes)."""
        found = self.network(self._apart(real)[0]).float()
        return found[:, 0], found[:, 1:]

    def _apart(self, real: Batch) -> tuple[Batch, Tensor | None]:
        """Set apart the class from all else that samples are asked to be: the network must not see it."""
        found = [name for name, condition in real.conditions.items() if not condition.is_floating_point()]
        if self.condition is None and len(found) > 1:
            raise UsageError(f"there are several classes to predict ({', '.join(found)}); name one as `condition`")
        name = self.condition or next(iter(found), "")
        others = {other: condition for other, condition in real.conditions.items() if other != name}
        return replace(real, conditions=others), real.conditions.get(name)
