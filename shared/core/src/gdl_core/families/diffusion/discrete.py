"""What all models have in common that guess symbols from what is left of them."""

from collections.abc import Mapping, Sequence
from typing import cast

from torch import Tensor

from gdl_core.families.family import Family
from gdl_core.families.guidance import guided
from gdl_core.families.roles import Denoiser, Networks
from gdl_core.spaces import Batch, Space


class Discrete(Family):
    """A guess of the symbol at each element of each part, all at once.

    `condition_dropout` is the share of samples that forget their conditions in training; guidance needs some.
    """

    name = "diffusion"
    roles = ("denoiser",)

    def __init__(self, space: Space, networks: Networks, *, condition_dropout: float = 0.1) -> None:
        super().__init__(space, networks)
        self.condition_dropout = condition_dropout
        self.counts = [part.symbols or 1 for part in space.parts]
        self.network = cast(Denoiser, networks("denoiser", outputs=self.counts))

    @classmethod
    def fits(cls, space: Space) -> bool:
        """Tell whether the space holds symbols alone."""
        return super().fits(space) and all(part.symbols is not None for part in space.parts)

    def guess(
        self, real: Sequence[Tensor], time: Tensor, conditions: Mapping[str, Tensor], *, guidance: float = 1.0
    ) -> tuple[Tensor, ...]:
        """Return the log-probability of each symbol. Shapes: a real form, (batch,) -> (batch, *part.shape, symbols)."""

        def answer(asked: Mapping[str, Tensor]) -> Sequence[Tensor]:
            return self.network(Batch(real[0], conditions=asked).with_parts(real), time)

        return tuple(logits.float().log_softmax(-1) for logits in guided(answer, conditions, guidance))


def log_prob_of(symbols: Tensor, logarithms: Tensor) -> Tensor:
    """Pick the log-probability of each symbol. Shapes: (...), (..., symbols) -> (...)."""
    return logarithms.gather(-1, symbols[..., None]).squeeze(-1)
