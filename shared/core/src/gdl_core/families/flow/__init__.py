"""Normalising flows: invertible maps from data to noise, with the likelihood that follows.

`bijection` holds the law, `laws` and `spline` the maps of single numbers, `coupling`, `causal` and `layers` what is
built of them; `flow` is the family, and the other modules are its variants.
"""

from gdl_core.families.flow.autoregressive import MaskedAutoregressive, SplineAutoregressive, TransformerFlow
from gdl_core.families.flow.bijection import Bijection, Chain
from gdl_core.families.flow.flow import Flow
from gdl_core.families.flow.graphs import GraphRealNVP
from gdl_core.families.flow.grids import Glow, GridRealNVP, GridSpline
from gdl_core.families.flow.latent import LatentFlow, SequenceFlow
from gdl_core.families.flow.points import PointSpline
from gdl_core.families.flow.rows import GraphRowsFlow
from gdl_core.families.flow.vectors import NICE, RealNVP, SplineFlow

FLOWS = (
    SplineFlow,
    RealNVP,
    NICE,
    Glow,
    GridSpline,
    GridRealNVP,
    PointSpline,
    MaskedAutoregressive,
    SplineAutoregressive,
    TransformerFlow,
    LatentFlow,
    SequenceFlow,
    GraphRowsFlow,
    GraphRealNVP,
)
"""The variants; the first that fits a space is the default there."""

__all__ = [
    "FLOWS",
    "NICE",
    "Bijection",
    "Chain",
    "Flow",
    "Glow",
    "GraphRealNVP",
    "GraphRowsFlow",
    "GridRealNVP",
    "GridSpline",
    "LatentFlow",
    "MaskedAutoregressive",
    "PointSpline",
    "RealNVP",
    "SequenceFlow",
    "SplineAutoregressive",
    "SplineFlow",
    "TransformerFlow",
]
