"""How good molecules are: the measures of the MOSES benchmark, and the properties that reports show."""

from gdl_molecules.metrics.evaluation import Samples, evaluate, properties
from gdl_molecules.metrics.known import Known
from gdl_molecules.metrics.reference import Reference

__all__ = ["Known", "Reference", "Samples", "evaluate", "properties"]
