"""What the processes of one run agree on, where a model keeps count of the data it sees."""

import torch
from torch import Tensor


def several_processes() -> bool:
    """Tell whether this is one of several processes of a run."""
    return torch.distributed.is_available() and torch.distributed.is_initialized()


def add_over_processes(tensor: Tensor) -> Tensor:
    """Add up a tensor over the processes of a run, in place, and return it.

    Example:
        >>> add_over_processes(torch.ones(2))  # alone
        tensor([1., 1.])
    """
    if several_processes():
        torch.distributed.all_reduce(tensor)
    return tensor


def mean_over_processes(tensor: Tensor) -> Tensor:
    """Return the mean of a tensor over the processes of a run."""
    if not several_processes():
        return tensor
    return add_over_processes(tensor.clone()) / torch.distributed.get_world_size()


def take_from_first_process(tensor: Tensor) -> None:
    """Give all processes of a run the first one's tensor, in place."""
    if several_processes():
        torch.distributed.broadcast(tensor, src=0)
