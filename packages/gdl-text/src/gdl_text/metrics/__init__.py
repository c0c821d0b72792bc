"""How good texts are: how varied, how much is copied, whether their words exist, how near they are to others."""

from gdl_text.metrics.copies import Corpus
from gdl_text.metrics.counting import BackOff
from gdl_text.metrics.evaluation import evaluate, histograms
from gdl_text.metrics.neighbours import neighbours

__all__ = ["BackOff", "Corpus", "evaluate", "histograms", "neighbours"]
