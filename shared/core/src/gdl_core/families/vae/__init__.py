"""Variational autoencoders: a code for each sample, and a bound on its likelihood.

`gaussian` and `quantised` hold the variants by their kind of code, which `codes` lay out; `aggregate` says where codes
are drawn from. `emissions` say what a code tells of a sample, `observations` how probable a whole sample is given the
numbers of a decoder, and `likelihoods` one element of it.
"""

from gdl_core.families.vae.gaussian import FittedVAE, GaussianVAE, HierarchicalVAE, SequenceVAE
from gdl_core.families.vae.quantised import (
    FiniteScalarMap,
    FiniteScalarVAE,
    VectorQuantisedMap,
    VectorQuantisedVAE,
)

VAES = (
    SequenceVAE,
    GaussianVAE,
    FittedVAE,
    HierarchicalVAE,
    VectorQuantisedVAE,
    VectorQuantisedMap,
    FiniteScalarVAE,
    FiniteScalarMap,
)
"""The variants; the first that fits a space is the default there: tokens drawn all at once do not know one another."""

__all__ = [
    "VAES",
    "FiniteScalarMap",
    "FiniteScalarVAE",
    "FittedVAE",
    "GaussianVAE",
    "HierarchicalVAE",
    "SequenceVAE",
    "VectorQuantisedMap",
    "VectorQuantisedVAE",
]
