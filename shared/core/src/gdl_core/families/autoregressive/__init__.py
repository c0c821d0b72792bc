"""Autoregressive models: the probability of each element of a sample given those before it.

`sequence` is the family over tokens, `elements` over grids and vectors, `sorted_points` over sets and `graph_rows` over
graphs; `crowd` is what the first keeps while it draws.
"""

from gdl_core.families.autoregressive.elements import Mixture, Pixels
from gdl_core.families.autoregressive.graph_rows import GraphRows
from gdl_core.families.autoregressive.sequence import BOUNDARY, Autoregressive
from gdl_core.families.autoregressive.sorted_points import SortedPoints

AUTOREGRESSIVE = (Autoregressive, Pixels, Mixture, SortedPoints, GraphRows)
"""The variants; the first that fits a space is the default there."""

__all__ = ["AUTOREGRESSIVE", "BOUNDARY", "Autoregressive", "GraphRows", "Mixture", "Pixels", "SortedPoints"]
