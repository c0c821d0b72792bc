"""What is computed in which precision."""

import torch
from torch import Tensor, nn


def compute_type(device: torch.device) -> torch.dtype:
    """Return the type that matrix products have on this device at this moment: autocast's, or float32."""
    if torch.is_autocast_enabled(device.type):
        return torch.get_autocast_dtype(device.type)
    return torch.get_default_dtype()


def in_float32(module: nn.Module, x: Tensor) -> Tensor:
    """Apply a module in full precision, whatever autocast says: rounding a logit changes a probability by its share."""
    with torch.autocast(x.device.type, enabled=False):
        return module(x.to(next(module.parameters()).dtype))
