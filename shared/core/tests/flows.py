"""Flows whose weights are away from any special values."""

import torch

from gdl_core.families import Family
from gdl_core.pairing import Design, build
from gdl_core.spaces import Space


def shaken(variant: str, space: Space, *, width: int = 8, size: float = 0.1, **options) -> Family:
    """Build a small flow and move its weights at random; it is in double precision and in evaluation."""
    conditions = options.pop("conditions", ())
    design = Design(
        "flow", space, variant=variant, family_options=options, network_options={"width": width}, conditions=conditions
    )
    model = build(design, seed=1).double().eval()
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.default_generator.manual_seed(2)
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * size)
    return model
