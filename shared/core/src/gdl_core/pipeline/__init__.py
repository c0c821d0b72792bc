"""A representation and a model in one: it trains on files, draws domain objects, scores them and saves itself."""

from gdl_core.pipeline.calling import train_pipeline
from gdl_core.pipeline.completion import complete
from gdl_core.pipeline.fitting import Plan, train_from_files
from gdl_core.pipeline.latent import Rebuilt, interpolate, reconstruct
from gdl_core.pipeline.pipeline import Pipeline
from gdl_core.pipeline.preparing import prepare_files
from gdl_core.pipeline.search import Draw

__all__ = [
    "Draw",
    "Pipeline",
    "Plan",
    "Rebuilt",
    "complete",
    "interpolate",
    "prepare_files",
    "reconstruct",
    "train_from_files",
    "train_pipeline",
]
