"""What is computed in which precision."""

import torch
from torch import Tensor, nn


def compute_type(device: torch.device) -> torch.dtype:
    """Return the type that matrix products have on this device at this moment: autocast's, or float32."""
    if torch.is_autocast_enabled(device.type):
        return torch.get_autocast_dtype(device.type)
    return torch.get_default_dtype()


def has_fast_bfloat16(device: torch.device) -> bool:
    """Tell whether the device computes in bfloat16 by itself; a CPU that does not is slow at it."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()


def in_float32(module: nn.Module, x: Tensor) -> Tensor:
    """Apply a module in full precision, whatever autocast says: rounding a logit changes a probability by its share."""
    x = x.to(next(module.parameters()).dtype)
    if not torch.is_autocast_enabled(x.device.type):
        return module(x)  # entering a context costs as much as a small layer
    with torch.autocast(x.device.type, enabled=False):
        return module(x)
