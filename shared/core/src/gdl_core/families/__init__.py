"""Families: an objective and a sampler over any network that fits.

Each family is a module here. `family` holds the contract that all of them keep.
"""

from gdl_core.families.autoregressive import Autoregressive
from gdl_core.families.family import Draws, Encodes, Family, HasLikelihood, Likelihood, Phase

FAMILIES: dict[str, type[Family]] = {family.name: family for family in (Autoregressive,)}

__all__ = ["FAMILIES", "Autoregressive", "Draws", "Encodes", "Family", "HasLikelihood", "Likelihood", "Phase"]
