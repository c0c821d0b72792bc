"""Generative adversarial networks: a generator that learns from a critic, in four games."""

from gdl_core.families.gan.variants import Hinge, Relativistic, Standard, Wasserstein

__all__ = ["Hinge", "Relativistic", "Standard", "Wasserstein"]
