"""What a network is asked for, and how its answer becomes a guess of the data.

The guess is D(x) = skip x + output F(input x), for a network F. Every objective here is the squared error of F, which
is that of the guess divided by output²: this factor is all that sets noise, data and velocity prediction apart.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple

from gdl_core.families.diffusion.interpolants import LOWEST, Moment, Number


class Scales(NamedTuple, Generic[Number]):
    """The factors of the network's input, of what is passed by, and of the network's output."""

    input: Number
    skip: Number
    output: Number


def predict_noise(moment: Moment[Number], deviation: float) -> Scales[Number]:
    """The network guesses the noise. Ho et al. (2020), arXiv:2006.11239.

    Example:
        >>> predict_noise(Moment(0.5, 0.8, 0.6, -1.0, 1.0), 1.0)
        Scales(input=1.0, skip=1.25, output=-0.7499999999999999)
    """
    alpha, sigma = moment.alpha, moment.sigma
    return Scales(alpha**0, 1 / alpha, -sigma / alpha)


def predict_data(moment: Moment[Number], deviation: float) -> Scales[Number]:
    """The network guesses the data.

    Example:
        >>> predict_data(Moment(0.5, 0.8, 0.6, -1.0, 1.0), 1.0)
        Scales(input=1.0, skip=0.0, output=1.0)
    """
    one = moment.alpha**0
    return Scales(one, 0 * one, one)


def predict_velocity(moment: Moment[Number], deviation: float) -> Scales[Number]:
    """The network guesses alpha noise - sigma data. Salimans and Ho (2022), arXiv:2202.00512.

    Example:
        >>> predict_velocity(Moment(0.5, 0.8, 0.6, -1.0, 1.0), 1.0)
        Scales(input=1.0, skip=0.8, output=-0.6)
    """
    alpha, sigma = moment.alpha, moment.sigma
    length = alpha**2 + sigma**2
    return Scales(alpha**0, alpha / length, -sigma / length)


def predict_flow(moment: Moment[Number], deviation: float) -> Scales[Number]:
    """The network guesses the rate dx/dt of the way from this data to this noise: flow matching, arXiv:2210.02747.

    Example:
        >>> predict_flow(Moment(0.25, 0.75, 0.25, -1.0, 1.0), 1.0)
        Scales(input=1.0, skip=1.0, output=-0.25)
    """
    turn = moment.alpha * moment.sigma_rate - moment.alpha_rate * moment.sigma
    return Scales(moment.alpha**0, moment.sigma_rate / turn, -moment.sigma / turn)


def precondition(moment: Moment[Number], deviation: float) -> Scales[Number]:
    """Input and target of the network have variance 1, and its errors count as little as can be.

    Karras et al. (2022), arXiv:2206.00364, for any interpolant and data of a standard deviation.

    Example:
        >>> precondition(Moment(0.5, 1.0, 0.5, 0.0, 1.0), 0.5).skip
        0.5
    """
    alpha, sigma = moment.alpha, moment.sigma
    total = (alpha * deviation) ** 2 + sigma**2
    return Scales(total**-0.5, alpha * deviation**2 / total, sigma * deviation * total**-0.5)


def keep_boundary(moment: Moment[Number], deviation: float) -> Scales[Number]:
    """As `precondition`, but at the lowest level the guess is the input. Song et al. (2023), arXiv:2303.01469.

    Example:
        >>> keep_boundary(Moment(LOWEST, 1.0, LOWEST, 0.0, 1.0), 0.5)[1:]
        (1.0, 0.0)
    """
    alpha, sigma = moment.alpha, moment.sigma
    above = sigma - LOWEST * alpha
    total = ((alpha * deviation) ** 2 + sigma**2) ** -0.5
    return Scales(total, alpha * deviation**2 / ((alpha * deviation) ** 2 + above**2), above * deviation * total)


Parameterisation = Callable[[Moment[Any], float], Scales[Any]]

PARAMETERISATIONS: Mapping[str, Parameterisation] = {
    "noise": predict_noise,
    "data": predict_data,
    "velocity": predict_velocity,
    "flow": predict_flow,
    "preconditioned": precondition,
    "consistent": keep_boundary,
}
