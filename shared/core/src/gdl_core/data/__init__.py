"""Prepared data sets: objects are encoded once, stored flat, and read back as batches through a memory map."""

from gdl_core.data.dataset import Column, Dataset, is_dataset
from gdl_core.data.encode import Measured
from gdl_core.data.order import BatchOrder, held_out, near
from gdl_core.data.prepare import prepare

__all__ = ["BatchOrder", "Column", "Dataset", "Measured", "held_out", "is_dataset", "near", "prepare"]
