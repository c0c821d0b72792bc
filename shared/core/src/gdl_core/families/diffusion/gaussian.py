"""What all models have in common that guess data behind Gaussian noise, on the real form of any space."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar, cast

import torch
from torch import Tensor

from gdl_core.errors import UsageError, nearest
from gdl_core.families.diffusion.interpolants import INTERPOLANTS, Moment, moments
from gdl_core.families.diffusion.parameterisations import PARAMETERISATIONS, Parameterisation
from gdl_core.families.diffusion.solvers import SOLVERS, Denoise, Parts, blend
from gdl_core.families.family import Draws, Family
from gdl_core.families.given import Given
from gdl_core.families.guidance import guided
from gdl_core.families.roles import Denoiser, Networks
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Space

Value = TypeVar("Value")


class Gaussian(Family):
    """A guess of data behind Gaussian noise, and samplers that follow it from noise to data.

    `deviation` is the standard deviation of the data in the real form, by default 1 for numbers and 0.5 for symbols.
    `condition_dropout` is the share of samples that forget their conditions in training; guidance needs some.
    """

    name = "diffusion"
    spaces = ("vector", "grid", "points", "tokens", "graph")
    roles = ("denoiser",)
    nats = False

    interpolant: ClassVar[str]
    parameterisation: ClassVar[str]
    solver: ClassVar[str]
    steps: ClassVar[int]
    completion: ClassVar[str] = "repaint"
    """The solver where a part is given."""
    inputs: ClassVar[int] = 0
    """How many numbers the network is told beside the time."""

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        interpolant: str | None = None,
        parameterisation: str | None = None,
        deviation: float | None = None,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks)
        self.way = named(INTERPOLANTS, interpolant or self.interpolant, "interpolant")
        self.scales: Parameterisation = named(
            PARAMETERISATIONS, parameterisation or self.parameterisation, "parameterisation"
        )
        numbers = any(part.symbols is None for part in space.parts)
        self.deviation = deviation or (1.0 if numbers else 0.5)
        self.condition_dropout = condition_dropout
        self.network = cast(Denoiser, networks("denoiser", inputs=self.inputs, outputs=space.real_outputs))

    def guess(self, x: Parts, moment: Moment[Any], conditions: Mapping[str, Tensor], *, guidance: float = 1.0) -> Parts:
        """Guess the data behind the noise, at one moment or at one for each sample. Shapes: a real form -> the same."""
        scales = self.scales(moment, self.deviation)
        inputs = tuple(self.factor(scales.input, part) * part for part in x)
        outputs = guided(partial(self.ask, inputs, moment), conditions, guidance)
        return tuple(
            self.factor(scales.skip, part) * part + self.factor(scales.output, part) * output
            for part, output in zip(x, outputs, strict=True)
        )

    def ask(self, inputs: Parts, moment: Moment[Any], conditions: Mapping[str, Tensor]) -> Parts:
        """Return what the network makes of its input at a moment. Shapes: a real form -> the same."""
        place = self.way.place(like(inputs[0], moment.time))
        outputs = self.network(Batch(inputs[0], conditions=conditions).with_parts(inputs), place)
        return self.space.as_real([output.to(inputs[0].dtype) for output in outputs]).parts

    def factor(self, number: Any, part: Tensor) -> Any:
        """Return a factor for a part: a plain number, or one for each sample with the axes of the part."""
        return self.space.spread(number, part) if isinstance(number, Tensor) else number

    def total(self, numbers: Sequence[Tensor]) -> Tensor:
        """Add up numbers in the real form for each sample. Shapes: each a real form -> (batch,)."""
        return self.space.total([part.sum(-1) for part in numbers] if self.space.one_hot else list(numbers))

    def times(self, steps: int) -> Tensor:
        """Return the times that a sampler of so many steps passes. Shapes: (steps + 1,)."""
        return self.way.times(steps)

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        steps: int | None = None,
        solver: str | None = None,
        guidance: float = 1.0,
        given: Given | None = None,
    ) -> Draws:
        """Draw one sample from each stream, in `steps` steps of the solver of this name.

        What is `given` stays exactly as it is. At every step it stands at that step's level of noise, to which the
        rest adapts. With the solver ``repaint``, then the default, that comes near to the conditional distribution of
        the rest; with others, which call the network less, the rest is drawn as if it depended less on what is given.
        """
        solve = named(SOLVERS, solver or (self.solver if given is None else self.completion), "solver")
        path = moments(self.way, self.times(steps or self.steps))
        denoise: Denoise = partial(self.guess, conditions=conditions or {}, guidance=guidance)
        noise = self.space.normal(streams)
        if given is not None:
            denoise = keep(denoise, Given(self.space.relax(given.values), given.known), noise)
        start = tuple(part * path[0].sigma for part in noise)
        parts = solve(denoise, start, path, partial(self.space.normal, streams))
        return Draws(self.space.trim(self.space.round(Batch(parts[0]).with_parts(parts))))


def keep(denoise: Denoise, given: Given, noise: Parts) -> Denoise:
    """Make a denoiser that knows a part of the data, in the real form, and sees it behind always the same noise."""

    def denoise_rest(x: Parts, moment: Moment[float]) -> Parts:
        noisy = blend(moment.alpha, given.values.parts, moment.sigma, noise)
        return given.over(denoise(Given(given.values.with_parts(noisy), given.known).over(x), moment))

    return denoise_rest


def like(part: Tensor, number: Any) -> Tensor:
    """Return a plain number, or one for each sample, as one for each sample of a part. Shapes: -> (batch,)."""
    return torch.as_tensor(number, dtype=part.dtype, device=part.device).expand(len(part))


def named(table: Mapping[str, Value], name: str, kind: str) -> Value:
    """Look up a name.

    Example:
        >>> named({"one": 1}, "one", "number")
        1
    """
    if name not in table:
        raise UsageError(f"there is no {kind} {name!r}; {nearest(name, table)}")
    return table[name]


def even(count: int, device: torch.device) -> Tensor:
    """Draw numbers uniform on [0, 1) that are spread evenly over a batch. Kingma et al. (2021), arXiv:2107.00630.

    Example:
        >>> len(even(4, torch.device("cpu")).mul(4).long().unique())
        4
    """
    return (torch.rand(1, device=device) + torch.arange(count, device=device) / count) % 1
