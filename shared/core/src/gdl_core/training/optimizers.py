"""One optimizer for each phase, and its state by the names of the parameters."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from gdl_core.errors import CheckpointError
from gdl_core.families import Phase
from gdl_core.training.options import TrainingOptions

BETAS = (0.9, 0.95)


def make_optimizer(phase: Phase, options: TrainingOptions) -> torch.optim.Optimizer:
    """Make AdamW for a phase: only matrices decay. Loshchilov and Hutter (2019), arXiv:1711.05101."""
    matrices = [parameter for parameter in phase.parameters if parameter.ndim >= 2]
    others = [parameter for parameter in phase.parameters if parameter.ndim < 2]
    groups = [{"params": matrices, "weight_decay": options.weight_decay}, {"params": others, "weight_decay": 0.0}]
    fused = all(parameter.device.type in ("cpu", "cuda") for parameter in phase.parameters)
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=options.learning_rate * phase.rate,
        betas=phase.betas or BETAS,
        fused=fused,
    )


def optimizer_tensors(model: nn.Module, optimizers: Mapping[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
    """Return the state of the optimizers as named tensors: phase, parameter and quantity, set apart by slashes."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return {
        f"{phase}/{names[id(parameter)]}/{quantity}": value
        for phase, optimizer in optimizers.items()
        for parameter, state in optimizer.state.items()
        for quantity, value in state.items()
    }


def restore_optimizers(
    model: nn.Module, optimizers: Mapping[str, torch.optim.Optimizer], tensors: Mapping[str, Tensor], path: Path
) -> None:
    """Put back what `optimizer_tensors` returned."""
    parameters = dict(model.named_parameters())
    for key, value in tensors.items():
        phase, name, quantity = key.split("/")
        if phase not in optimizers or name not in parameters:
            raise CheckpointError(f"{path} holds {key}, which this model does not have")
        parameter = parameters[name]
        device = parameter.device if value.ndim or parameter.device.type == "cuda" else torch.device("cpu")
        optimizers[phase].state[parameter][quantity] = value.to(device)
