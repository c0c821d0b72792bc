"""How probable data is to a denoiser of Gaussian noise: a bound in nats.

Kingma et al. (2021), arXiv:2107.00630, equation 17, in the ratio r = sigma / alpha, on which alone it depends:
-log p(x) <= x² / (2 highest²) + the integral of E|x - D|² / r² over ln r + E[-log p(x | x + lowest noise)],
with r from the lowest to the highest.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from gdl_core.families.diffusion.interpolants import LOWEST, Interpolant, Moment, mix
from gdl_core.randomness import Source
from gdl_core.spaces import Batch, Space

Guess = Callable[[tuple[Tensor, ...], Moment[Any]], tuple[Tensor, ...]]


def gaussian_bound(
    guess: Guess, space: Space, filled: Batch, way: Interpolant, source: Source, *, deviation: float, draws: int
) -> list[Tensor]:
    """Estimate the bound on -log p without bias, by two calls of the denoiser in each of `draws` strata of ln r.

    Each noise is followed by its opposite. A multiple of |noise|² - 1, whose mean is 0, is taken off: the one that
    leaves least where the data are Gaussian of this deviation.
    Shapes: for each part (batch, *part.shape).
    """
    data = space.relax(filled).parts
    latest = way.at(torch.tensor(way.latest, dtype=torch.float64))
    highest = float(latest.sigma / latest.alpha)
    bounds = [x**2 / (2 * highest**2) for x in data]
    width = math.log(highest / LOWEST) / draws
    for stratum in range(draws):
        ratio = (LOWEST * torch.exp(width * (stratum + source.uniform()))).to(data[0])
        moment = way.at(way.time(ratio))
        share = (1 + (ratio / deviation) ** 2) ** -2
        drawn = space.normal(source)
        for noise in (drawn, [-n for n in drawn]):
            guesses = guess(mix(space, data, noise, moment), moment)
            for bound, x, n, clean in zip(bounds, data, noise, guesses, strict=True):
                error = ((x - clean) / space.spread(ratio, x)) ** 2 - space.spread(share, x) * (n**2 - 1)
                bound += width / 2 * error
    if space.one_hot:
        bounds = [bound.sum(-1) for bound in bounds]
    last = decoding_error(space, filled, LOWEST, source)
    return [bound + error for bound, error in zip(bounds, last, strict=True)]


def decoding_error(space: Space, filled: Batch, ratio: float, source: Source) -> list[Tensor]:
    """Return -log p of each element given its real form behind a little noise, in expectation or by one draw.

    Numbers have a normal density, symbols the probability that Bayes gives them where all are as likely.
    Shapes: for each part (batch, *part.shape).
    """
    real = space.relax(filled).parts
    if any(part.symbols is None for part in space.parts):
        return [torch.full_like(part, 0.5 * math.log(2 * math.pi * math.e * ratio**2)) for part in real]
    seen = [part + ratio * noise for part, noise in zip(real, space.normal(source), strict=True)]
    return [
        -(evidence / ratio**2).log_softmax(-1).gather(-1, symbols[..., None]).squeeze(-1)
        for evidence, symbols in zip(evidence_for_symbols(space, filled, seen), filled.parts, strict=True)
    ]


def evidence_for_symbols(space: Space, filled: Batch, seen: Sequence[Tensor]) -> Sequence[Tensor]:
    """Return minus half the squared distance to the real form of each symbol, up to what all have in common.

    Shapes: a real form -> for each part (batch, *part.shape, symbols).
    """
    if space.one_hot:
        return seen
    counts = [part.symbols or 1 for part in space.parts]
    first, last = (
        space.relax(
            filled.with_parts([torch.full_like(x, symbol) for x, symbol in zip(filled.parts, ends, strict=True)])
        )
        for ends in ([0] * len(counts), [count - 1 for count in counts])
    )
    return [
        -0.5 * (x[..., None] - torch.lerp(a[..., None], b[..., None], torch.linspace(0, 1, count).to(x))) ** 2
        for x, a, b, count in zip(seen, first.parts, last.parts, counts, strict=True)
    ]
