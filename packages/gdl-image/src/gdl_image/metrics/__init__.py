"""How good pictures are: against real ones, against what was trained on, and against what was asked for."""

from gdl_image.metrics.copies import Copies
from gdl_image.metrics.evaluation import evaluate
from gdl_image.metrics.reference import Reference

__all__ = ["Copies", "Reference", "evaluate"]
