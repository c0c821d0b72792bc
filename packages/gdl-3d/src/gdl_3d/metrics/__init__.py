"""How good shapes are: the measures of point clouds after Yang et al. (2019), and the soundness of meshes."""

from gdl_3d.metrics.evaluation import evaluate
from gdl_3d.metrics.neighbours import neighbours
from gdl_3d.metrics.reference import Reference

__all__ = ["Reference", "evaluate", "neighbours"]
