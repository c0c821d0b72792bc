"""Families: an objective and a sampler over any network that fits.

Each family is a module or a package here, each of its variants a class. `family` holds the contract that all of them
keep, `roles` what they ask of networks.
"""

from gdl_core.families.autoregressive import AUTOREGRESSIVE, Autoregressive
from gdl_core.families.coded import CodedAutoregressive
from gdl_core.families.diffusion import DIFFUSION
from gdl_core.families.energy import ENERGIES
from gdl_core.families.family import Draws, Encodes, Family, HasLikelihood, Likelihood, Phase
from gdl_core.families.flow import FLOWS
from gdl_core.families.gan import GANS
from gdl_core.families.vae import VAES

VARIANTS: tuple[type[Family], ...] = (*AUTOREGRESSIVE, CodedAutoregressive, *VAES, *GANS, *FLOWS, *DIFFUSION, *ENERGIES)
"""All families; of the variants of one, the first that fits a space is its default there."""

__all__ = ["VARIANTS", "Autoregressive", "Draws", "Encodes", "Family", "HasLikelihood", "Likelihood", "Phase"]
