"""Generative adversarial networks: a generator that learns from a critic, in four games."""

from gdl_core.families.gan.variants import Hinge, Relativistic, Standard, Wasserstein

GANS = (Relativistic, Standard, Wasserstein, Hinge)
"""The variants; the first that fits a space is the default there."""

__all__ = ["GANS", "Hinge", "Relativistic", "Standard", "Wasserstein"]
