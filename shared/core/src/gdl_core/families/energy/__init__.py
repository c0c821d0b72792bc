"""Energy-based models: p(x) is exp(-E(x)) / Z, and Z is never needed to learn or to sample."""

from gdl_core.families.energy.joint import Joint
from gdl_core.families.energy.langevin import Langevin

__all__ = ["Joint", "Langevin"]
