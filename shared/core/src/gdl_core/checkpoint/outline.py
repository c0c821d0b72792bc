"""Build a module for its names and shapes alone."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


class Outline(TorchFunctionMode):
    """While it lasts, new layers claim no memory: their weights are on the meta device, and nothing fills them.

    ``with torch.device("meta")`` alone would do, but to fill a tensor there, or to count on it, takes torch a second
    of imports, which is a good part of a cold start.

    Example:
        >>> with Outline():
        ...     layer = torch.nn.Linear(1_000_000, 1_000_000)
        >>> layer.weight.shape, layer.weight.device
        (torch.Size([1000000, 1000000]), device(type='meta'))
    """

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        options = dict(kwargs or {})
        if getattr(function, "__module__", "") == "torch.nn.init":
            return options["tensor"] if "tensor" in options else args[0]
        if function is torch.empty:
            options["device"] = "meta"
        return function(*args, **options)
