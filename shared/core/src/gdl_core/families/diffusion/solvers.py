"""Ways from noise to data: each a function of a denoiser, where to begin, the moments to pass, and random numbers.

A denoiser turns a sample at a moment into a guess of its data. Samples are tuples of tensors, one for each part of the
space. A last moment without noise is the guess itself.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import expm1, inf, log, sqrt

import torch
from torch import Tensor

from gdl_core.families.diffusion.interpolants import Moment

Parts = tuple[Tensor, ...]
Denoise = Callable[[Parts, Moment[float]], Parts]
Draw = Callable[[], Parts]
Solver = Callable[[Denoise, Parts, Sequence[Moment[float]], Draw], Parts]


def blend(a: float, x: Parts, b: float, y: Parts) -> Parts:
    """Return a x + b y, for each part."""
    return tuple(torch.add(one * a, other, alpha=b) for one, other in zip(x, y, strict=True))


def ddim(denoise: Denoise, x: Parts, moments: Sequence[Moment[float]], normal: Draw, *, fresh: float = 0.0) -> Parts:
    """Keep the noise that the guess implies, but for a share that is drawn anew. Song et al. (2020), arXiv:2010.02502.

    `fresh` is their eta. One call of the denoiser a step.

    Example:
        >>> path = [Moment(1.0, 0.0, 1.0, -1.0, 1.0), Moment(0.0, 1.0, 0.0, -1.0, 1.0)]
        >>> ddim(lambda x, moment: (x[0] + 2,), (torch.tensor([0.5]),), path, lambda: ())
        (tensor([2.5000]),)
    """
    for now, then in pairwise(moments):
        guess = denoise(x, now)
        if then.sigma == 0:
            return guess
        kept = (now.alpha * then.sigma / (then.alpha * now.sigma)) ** 2  # of the variance, in a step of full freshness
        drawn = fresh * then.sigma * sqrt(1 - kept)
        noise = sqrt(then.sigma**2 - drawn**2) / now.sigma
        x = blend(noise, x, then.alpha - noise * now.alpha, guess)
        if drawn:
            x = blend(1.0, x, drawn, normal())
    return x


def ancestral(denoise: Denoise, x: Parts, moments: Sequence[Moment[float]], normal: Draw) -> Parts:
    """Draw each step from its distribution given data and noise: Ho et al. (2020), arXiv:2006.11239, equation 7.

    One call of the denoiser a step.
    """
    return ddim(denoise, x, moments, normal, fresh=1.0)


def repaint(denoise: Denoise, x: Parts, moments: Sequence[Moment[float]], normal: Draw, *, times: int = 10) -> Parts:
    """Take each ancestral step several times, with its noise put back in between, so that a part that is known and
    the rest come to agree: Lugmayr et al. (2022), arXiv:2201.09865. `times` calls of the denoiser a step.
    """
    for now, then in pairwise(moments):
        shrink = now.alpha / then.alpha
        back = sqrt(now.sigma**2 - (shrink * then.sigma) ** 2)
        for _ in range(times - 1):
            ahead = ancestral(denoise, x, (now, then), normal)
            x = blend(shrink, ahead, back, normal())
        x = ancestral(denoise, x, (now, then), normal)
    return x


def restart(denoise: Denoise, x: Parts, moments: Sequence[Moment[float]], normal: Draw) -> Parts:
    """Guess, add all noise anew, guess again: algorithm 1 of Song et al. (2023), arXiv:2303.01469.

    One call of the denoiser a step.
    """
    for now, then in pairwise(moments):
        x = denoise(x, now)
        if then.sigma:
            x = blend(then.alpha, x, then.sigma, normal())
    return x


def euler(denoise: Denoise, x: Parts, moments: Sequence[Moment[float]], normal: Draw) -> Parts:
    """Follow the rate of change at each moment: first order, one call of the denoiser a step."""
    for now, then in pairwise(moments):
        guess = denoise(x, now)
        if then.sigma == 0:
            return guess
        turn, pull = rate(now)
        length = then.time - now.time
        x = blend(1 + length * turn, x, length * pull, guess)
    return x


def jump(denoise: Denoise, x: Parts, moments: Sequence[Moment[float]], normal: Draw) -> Parts:
    """As `euler`, but the denoiser is told when a step ends: one that knows the mean rate of change until then makes
    steps of any length without error. Geng et al. (2025), arXiv:2505.13447.
    """
    steps = [now._replace(until=then.time) for now, then in pairwise(moments)]
    return euler(denoise, x, [*steps, moments[-1]], normal)


def heun(denoise: Denoise, x: Parts, moments: Sequence[Moment[float]], normal: Draw) -> Parts:
    """Follow the mean of the rates at both ends of a step. Karras et al. (2022), arXiv:2206.00364, algorithm 1.

    Second order, two calls of the denoiser a step, one in a step that ends without noise.
    """
    for now, then in pairwise(moments):
        guess = denoise(x, now)
        if then.sigma == 0:
            return guess
        half = (then.time - now.time) / 2
        (turn, pull), (turn_then, pull_then) = rate(now), rate(then)
        ahead = blend(1 + 2 * half * turn, x, 2 * half * pull, guess)
        x = blend(1 + half * turn, x, half * pull, guess)
        x = blend(1.0, x, half * turn_then, ahead)
        x = blend(1.0, x, half * pull_then, denoise(ahead, then))
    return x


def rate(moment: Moment[float]) -> tuple[float, float]:
    """Return the factors of x and of the guess in dx/dt = alpha' guess + sigma' (x - alpha guess) / sigma.

    Example:
        >>> rate(Moment(2.0, 1.0, 2.0, 0.0, 1.0))
        (0.5, -0.5)
    """
    turn = moment.sigma_rate / moment.sigma
    return turn, moment.alpha_rate - turn * moment.alpha


def dpm_solver(denoise: Denoise, x: Parts, moments: Sequence[Moment[float]], normal: Draw) -> Parts:
    """Extrapolate the guess from the one before: DPM-Solver++(2M) of Lu et al. (2022), arXiv:2211.01095, algorithm 2.

    Second order, one call of the denoiser a step.
    """
    before: Parts | None = None
    length_before = inf
    for now, then in pairwise(moments):
        guess = denoise(x, now)
        if then.sigma == 0:
            return guess
        length = log(then.alpha * now.sigma / (then.sigma * now.alpha)) if now.alpha else inf
        share = length / length_before / 2
        ahead = guess if before is None else blend(1 + share, guess, -share, before)
        x = blend(then.sigma / now.sigma, x, -then.alpha * expm1(-length), ahead)
        before, length_before = guess, length
    return x


SOLVERS: Mapping[str, Solver] = {
    "ancestral": ancestral,
    "ddim": ddim,
    "euler": euler,
    "heun": heun,
    "jump": jump,
    "repaint": repaint,
    "dpm-solver": dpm_solver,
    "restart": restart,
}
