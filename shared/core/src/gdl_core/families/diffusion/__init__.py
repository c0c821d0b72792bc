"""Diffusion: data are destroyed step by step, and a network learns the way back.

Gaussian noise on the real form of any space: interpolant (`interpolants`), what the network is asked for
(`parameterisations`), solver (`solvers`) and guidance are chosen apart, and the variants are settings of them. Symbols
can also be hidden (`masked`) or replaced (`uniform`). `latent` is Gaussian diffusion over the codes of an autoencoder.
"""

from gdl_core.families.diffusion.consistency import Consistency
from gdl_core.families.diffusion.denoising import Ddpm, Edm, FlowMatching
from gdl_core.families.diffusion.latent import LatentDiffusion, LatentMapDiffusion, LatentVectorDiffusion
from gdl_core.families.diffusion.masked import Masked, Staged
from gdl_core.families.diffusion.mean_flow import MeanFlow
from gdl_core.families.diffusion.uniform import Marginal, Uniform

DIFFUSION = (
    Masked,
    Edm,
    Ddpm,
    FlowMatching,
    MeanFlow,
    Consistency,
    Marginal,
    Uniform,
    Staged,
    LatentDiffusion,
    LatentMapDiffusion,
    LatentVectorDiffusion,
)
"""The variants; `Masked` comes first where it fits, `Edm` elsewhere."""

__all__ = [
    "DIFFUSION",
    "Consistency",
    "Ddpm",
    "Edm",
    "FlowMatching",
    "LatentDiffusion",
    "LatentMapDiffusion",
    "LatentVectorDiffusion",
    "Marginal",
    "Masked",
    "MeanFlow",
    "Staged",
    "Uniform",
]
