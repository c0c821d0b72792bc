"""Tensors in safetensors files: written with their names, read with every name, shape and value checked."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from gdl_core.errors import CheckpointError


def tensors_of(module: nn.Module) -> dict[str, Tensor]:
    """Return a module's weights and buffers by name; what two names share stands under the first."""
    named: dict[str, Tensor] = {}
    seen: set[int] = set()
    for name, tensor in module.state_dict(keep_vars=True).items():
        if id(tensor) not in seen:
            seen.add(id(tensor))
            named[name] = tensor.detach()
    return named


def write_tensors(path: Path, tensors: Mapping[str, Tensor], *, dtype: torch.dtype | None = None) -> None:
    """Write tensors to a file, floating-point ones as `dtype` where it is given."""
    ready = {
        name: tensor.to(device="cpu", dtype=dtype if dtype and tensor.is_floating_point() else None).contiguous()
        for name, tensor in tensors.items()
    }
    path.write_bytes(save(ready))  # safetensors' own writer would make files that others may not read


def shapes_in(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the names and shapes that a file promises, without reading its tensors."""
    try:
        with safe_open(path, framework="pt") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} cannot be read ({error}); it is damaged: fetch or write it again") from error


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read all tensors of a file."""
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} cannot be read ({error}); it is damaged: fetch or write it again") from error


def check_shapes(found: Mapping[str, tuple[int, ...]], expected: Mapping[str, Tensor], path: Path) -> None:
    """Refuse tensors whose names or shapes are not the expected ones, and name the first that differ."""
    for what, names in (("lacks", expected.keys() - found.keys()), ("also holds", found.keys() - expected.keys())):
        if names:
            raise CheckpointError(f"{path} {what} {_few(names)}; the weights do not belong to this design")
    for name, tensor in expected.items():
        if found[name] != tuple(tensor.shape):
            raise CheckpointError(
                f"{path}: {name} has shape {found[name]}, but the design needs {tuple(tensor.shape)}; "
                "the weights do not belong to this design"
            )


def fill(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Copy tensors into a module, converting their type. A value that is not finite is an error."""
    fill_tensors(tensors_of(module), tensors, path)


def fill_tensors(own: Mapping[str, Tensor], tensors: Mapping[str, Tensor], path: Path) -> None:
    """Copy tensors into those of the same names, converting their type. A value that is not finite is an error."""
    check_shapes({name: tuple(tensor.shape) for name, tensor in tensors.items()}, own, path)
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise CheckpointError(f"{path}: {name} holds values that are not finite; the model cannot be used")
        own[name].copy_(tensor)


def _few(names: set[str]) -> str:
    shown = sorted(names)[:3]
    return ", ".join(shown) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
