"""Energy-based models: p(x) is exp(-E(x)) / Z, and Z is needed neither to learn nor to sample."""

from gdl_core.families.energy.boltzmann import Boltzmann, ContrastiveBoltzmann
from gdl_core.families.energy.deep_boltzmann import DeepBoltzmann
from gdl_core.families.energy.joint import Joint
from gdl_core.families.energy.langevin import Langevin
from gdl_core.families.energy.latent import LatentEnergy
from gdl_core.families.energy.matching import ScoreMatching
from gdl_core.families.energy.residual import Residual

ENERGIES = (Langevin, ScoreMatching, Joint, Residual, LatentEnergy, Boltzmann, ContrastiveBoltzmann, DeepBoltzmann)
"""The variants; the first that fits a space is the default there."""

__all__ = [
    "ENERGIES",
    "Boltzmann",
    "ContrastiveBoltzmann",
    "DeepBoltzmann",
    "Joint",
    "Langevin",
    "LatentEnergy",
    "Residual",
    "ScoreMatching",
]
