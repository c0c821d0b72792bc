"""Variational autoencoders: a code for each sample, and a bound on its likelihood.

`gaussian` and `quantised` hold the variants by their kind of code. `emissions` say what a code tells of a sample,
`observations` how probable a whole sample is given the numbers of a decoder, and `likelihoods` one element of it.
"""

from gdl_core.families.vae.gaussian import GaussianVAE, HierarchicalVAE, SequenceVAE
from gdl_core.families.vae.quantised import FiniteScalarVAE, VectorQuantisedVAE

VAES = (SequenceVAE, GaussianVAE, HierarchicalVAE, VectorQuantisedVAE, FiniteScalarVAE)
"""The variants; the first that fits a space is the default there: tokens drawn all at once do not know one another."""

__all__ = ["VAES", "FiniteScalarVAE", "GaussianVAE", "HierarchicalVAE", "SequenceVAE", "VectorQuantisedVAE"]
