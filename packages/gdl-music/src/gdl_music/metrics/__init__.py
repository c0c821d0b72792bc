"""How good pieces are: what they are like beside real ones, and how much of them is copied."""

from gdl_music.metrics.copies import Copies
from gdl_music.metrics.evaluation import evaluate
from gdl_music.metrics.overlap import overlap_area

__all__ = ["Copies", "evaluate", "overlap_area"]
