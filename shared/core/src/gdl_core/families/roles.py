"""What a family asks of networks: a role each, on a space.

Networks take the *real form* of samples (`gdl_core.spaces.Space`) and find what a sample is asked to be in
`Batch.conditions`. No condition needs to be there: a missing one stands for "anything".
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from torch import Tensor, nn

from gdl_core.spaces import Batch, Space


class Networks(Protocol):
    """Makes the networks of a model, by role.

    A network is made for `space` (by default the model's own), with `inputs` numbers coming in and, for each part of
    the space, `outputs` numbers going out for each element. The roles are ``encoder``, ``decoder``, ``denoiser`` and
    ``autoregressor``, and ``causal`` where elements have an order; where a space has nothing of its own for them,
    ``discriminator``, ``energy`` and ``classifier`` are encoders, ``generator`` and ``conditioner`` are decoders and
    ``coupling`` is a denoiser. ``augmentation`` is for critics that see few samples. ``analysis`` and ``synthesis``
    exist where a code can be a map over the sample.
    """

    def __call__(
        self, role: str, *, space: Space | None = None, inputs: int = 0, outputs: Sequence[int] = ()
    ) -> nn.Module: ...


class Encoder(Protocol):
    """Sums up a sample in ``outputs[0]`` numbers: encoders, critics, energies, classifiers."""

    def __call__(self, batch: Batch) -> Tensor:
        """Shapes: a real form -> (batch, outputs[0])."""


class Decoder(Protocol):
    """Makes ``outputs[i]`` numbers for each element of part i from a code of `inputs` numbers."""

    def __call__(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        """Shapes: (batch, inputs) -> for each part of the space (batch, *part.shape, outputs[i])."""


class Analysis(Protocol):
    """Sums up each region of a sample in ``outputs[0]`` numbers, which stand at the region's place on a map.

    ``synthesis`` is a decoder from such a map: codes have the shape (batch, inputs, *map_shape).
    """

    map_shape: tuple[int, ...]

    def __call__(self, batch: Batch) -> Tensor:
        """Shapes: a real form -> (batch, outputs[0], *map_shape)."""


class Denoiser(Protocol):
    """Makes ``outputs[i]`` numbers for each element of part i from a sample and a time, which is at home in 0 to 1.

    With `inputs` it is told a code of so many numbers beside: the condition `gdl_core.conditions.CODE`.
    Where the elements of a space have no order, as points and nodes, permuting the input permutes the output.
    """

    def __call__(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        """Shapes: a real form, (batch,) -> for each part of the space (batch, *part.shape, outputs[i])."""


class Causal(Protocol):
    """Makes ``outputs[0]`` numbers for each place along the last axis from the places before it alone."""

    def __call__(self, batch: Batch) -> Tensor:
        """Shapes: a real form of a space of one part -> (batch, *part.shape, outputs[0])."""

    def begin(self, batch: int, conditions: Mapping[str, Tensor]) -> Any:
        """Return an empty memory for `batch` samples."""

    def advance(self, before: Tensor | None, memory: Any) -> Tensor:
        """Read what stands at one place (None: nothing yet) into the memory; return the numbers for the next place.

        Shapes: (batch, *part.shape[:-1]) -> (batch, *part.shape[:-1], outputs[0]).
        """


class Augmenter(Protocol):
    """Changes each sample at random with a probability, in ways that gradients flow through."""

    def __call__(self, batch: Batch, probability: Tensor) -> Batch:
        """Shapes: a real form, () -> a real form."""


@runtime_checkable
class Grows(Protocol):
    """A network, of any role, that can begin with coarse samples: it works at several scales, up to one of them."""

    scales: int

    def grow(self, scale: float) -> None:
        """Work up to a scale, counted from 0 for the coarsest; a fraction says how much the next one adds."""
