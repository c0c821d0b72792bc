"""Families: an objective and a sampler over any network that fits.

Each family is a module or a package here, each of its variants a class. `family` holds the contract that all of them
keep, `roles` what they ask of networks.
"""

from gdl_core.families.autoregressive import Autoregressive
from gdl_core.families.family import Draws, Encodes, Family, HasLikelihood, Likelihood, Phase
from gdl_core.families.vae import FiniteScalarVAE, GaussianVAE, HierarchicalVAE, SequenceVAE, VectorQuantisedVAE

VARIANTS: tuple[type[Family], ...] = (
    Autoregressive,
    SequenceVAE,  # before the next: tokens drawn all at once do not know of one another
    GaussianVAE,
    HierarchicalVAE,
    VectorQuantisedVAE,
    FiniteScalarVAE,
)
"""All families; of the variants of one, the first that fits a space is its default there."""

__all__ = ["VARIANTS", "Autoregressive", "Draws", "Encodes", "Family", "HasLikelihood", "Likelihood", "Phase"]
