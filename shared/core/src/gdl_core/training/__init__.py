"""The one training loop, for every family: steps, average, validation, log, checkpoints that resume bit for bit."""

from gdl_core.training.interruption import Interrupted
from gdl_core.training.loop import train
from gdl_core.training.options import TrainingOptions
from gdl_core.training.state import Trained

__all__ = ["Interrupted", "Trained", "TrainingOptions", "train"]
