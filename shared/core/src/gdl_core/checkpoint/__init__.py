"""Saved models: a folder with weights, a description, a representation and a card. Never a pickle."""

from gdl_core.checkpoint.card import model_card
from gdl_core.checkpoint.reading import Loaded, load
from gdl_core.checkpoint.writing import describe, save

__all__ = ["Loaded", "describe", "load", "model_card", "save"]
