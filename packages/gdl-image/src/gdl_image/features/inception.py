"""Inception-v3 as the Frechet inception distance asks for it: how colour pictures are compared in most papers.

The network of Szegedy et al. (2015), arXiv:1512.00567, in the form that TensorFlow published on 2015-12-05 and that
Heusel et al. (2017), arXiv:1706.08500, measured with. Beside the network of the paper, its averages leave out what was
padded, its last block takes the maximum, and there are 1,008 classes. Its weights, 95 MB, come with no package that
could be named here: give the file that pytorch-fid and torch-fidelity use (``pt_inception-2015-12-05-6726825d.pth``),
or the same tensors as .safetensors.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.checkpoint.weights import fill, read_tensors
from gdl_core.errors import CheckpointError, InputError
from gdl_image.features.torch_files import read_torch_file

ENDS = (".pth", ".pt", ".safetensors")
"""How the name of a file of weights ends."""

SIZE = 299
FEATURES, CLASSES = 2048, 1008
BLACK, WHITE = -1.0, 1.0

Kernel = int | tuple[int, int]
_ROW, _COLUMN = (1, 7), (7, 1)


class Fork(NamedTuple):
    """A last step of a branch in two: along rows and along columns of the same maps."""

    outputs: int


Steps = Sequence[tuple[int, Kernel] | Fork]
"""Outputs and kernel of each step of a branch."""

Branches = Mapping[str, Steps]
"""The branches of a block under the names of the published weights."""


class Inception(nn.Module):
    """Blocks of parallel convolutions, 2,048 features averaged over the picture, and a logit for each class.

    Shapes: (batch, 3, height, width), from -1 to 1 -> (batch, 2048), (batch, 1008); 75 pixels a side at least.

    Example:
        >>> features, logits = Inception().eval()(torch.zeros(1, 3, 75, 75))
        >>> features.shape, logits.shape
        (torch.Size([1, 2048]), torch.Size([1, 1008]))
    """

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = _step(3, 32, 3, stride=2, padded=False)
        self.Conv2d_2a_3x3 = _step(32, 32, 3, padded=False)
        self.Conv2d_2b_3x3 = _step(32, 64, 3)
        self.Conv2d_3b_1x1 = _step(64, 80, 1)
        self.Conv2d_4a_3x3 = _step(80, 192, 3, padded=False)
        self.Mixed_5b = _Block(192, _squares(), pooled=32)
        self.Mixed_5c = _Block(256, _squares(), pooled=64)
        self.Mixed_5d = _Block(288, _squares(), pooled=64)
        self.Mixed_6a = _Halving(288, {"branch3x3": [(384, 3)], "branch3x3dbl": [(64, 1), (96, 3), (96, 3)]})
        self.Mixed_6b = _Block(768, _crosses(128), pooled=192)
        self.Mixed_6c = _Block(768, _crosses(160), pooled=192)
        self.Mixed_6d = _Block(768, _crosses(160), pooled=192)
        self.Mixed_6e = _Block(768, _crosses(192), pooled=192)
        self.Mixed_7a = _Halving(
            768,
            {"branch3x3": [(192, 1), (320, 3)], "branch7x7x3": [(192, 1), (192, _ROW), (192, _COLUMN), (192, 3)]},
        )
        self.Mixed_7b = _Block(1280, _FORKS, pooled=192)
        self.Mixed_7c = _Block(2048, _FORKS, pooled=192, pool=_greatest)
        self.fc = nn.Linear(FEATURES, CLASSES)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(pictures)))  # 299 -> 147
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(x, 3, stride=2)))  # 71
        x = F.max_pool2d(x, 3, stride=2)  # 35
        for name, block in self.named_children():
            x = block(x) if name.startswith("Mixed") else x  # 17 behind 6a, 8 behind 7a
        features = x.mean((2, 3))
        return features, self.fc(features)


def _squares() -> Branches:
    return {"branch1x1": [(64, 1)], "branch5x5": [(48, 1), (64, 5)], "branch3x3dbl": [(64, 1), (96, 3), (96, 3)]}


def _crosses(width: int) -> Branches:
    double: Steps = [(width, 1), (width, _COLUMN), (width, _ROW), (width, _COLUMN), (192, _ROW)]
    return {
        "branch1x1": [(192, 1)],
        "branch7x7": [(width, 1), (width, _ROW), (192, _COLUMN)],
        "branch7x7dbl": double,
    }


_FORKS: Branches = {
    "branch1x1": [(320, 1)],
    "branch3x3": [(384, 1), Fork(384)],
    "branch3x3dbl": [(448, 1), (384, 3), Fork(384)],
}


def _average(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)


def _greatest(x: Tensor) -> Tensor:
    return F.max_pool2d(x, 3, stride=1, padding=1)


def _step(inputs: int, outputs: int, kernel: Kernel, *, stride: int = 1, padded: bool = True) -> nn.Sequential:
    """A convolution, batch normalisation, and an end at 0."""
    high, wide = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = (high // 2, wide // 2) if padded else 0
    step = nn.Sequential()
    step.add_module("conv", nn.Conv2d(inputs, outputs, (high, wide), stride, padding, bias=False))
    step.add_module("bn", nn.BatchNorm2d(outputs, eps=1e-3))
    return step.append(nn.ReLU())


Chain = list[tuple[nn.Module, ...]]
"""Steps one after the other; those of a tuple see the same and stand side by side."""


class _Block(nn.Module):
    """Branches side by side, and a pool whose outcome a last convolution narrows; the size stays.

    Shapes: (batch, inputs, height, width) -> (batch, outputs of all branches, height, width).
    """

    def __init__(self, inputs: int, branches: Branches, *, pooled: int, pool: Callable[[Tensor], Tensor] = _average):
        super().__init__()
        self.chains = _chains(self, inputs, branches)
        self.pool, self.branch_pool = pool, _step(inputs, pooled, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([*(_follow(chain, x) for chain in self.chains), self.branch_pool(self.pool(x))], 1)


class _Halving(nn.Module):
    """Branches whose last step halves height and width, and the greatest of what went in.

    Shapes: (batch, inputs, height, width) -> (batch, outputs of all branches + inputs, about half, about half).
    """

    def __init__(self, inputs: int, branches: Branches) -> None:
        super().__init__()
        self.chains = _chains(self, inputs, branches, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([*(_follow(chain, x) for chain in self.chains), F.max_pool2d(x, 3, stride=2)], 1)


def _chains(block: nn.Module, inputs: int, branches: Branches, *, stride: int = 1) -> list[Chain]:
    """Give a block the steps of its branches under the names of the published weights; the last has the stride."""
    chains = []
    for branch, steps in branches.items():
        width, chain = inputs, list[tuple[nn.Module, ...]]()
        for number, step in enumerate(steps, 1):
            last = number == len(steps)
            name = branch if len(steps) == 1 else f"{branch}_{number}"
            if isinstance(step, Fork):
                parts = {f"{name}a": _step(width, step.outputs, (1, 3)), f"{name}b": _step(width, step.outputs, (3, 1))}
            else:
                here = stride if last else 1
                parts = {name: _step(width, *step, stride=here, padded=here == 1)}
            for part, module in parts.items():
                block.add_module(part, module)
            width = step[0]
            chain.append(tuple(parts.values()))
        chains.append(chain)
    return chains


def _follow(chain: Chain, x: Tensor) -> Tensor:
    for steps in chain:
        x = torch.cat([step(x) for step in steps], 1)
    return x


def load(path: Path) -> tuple[Inception, str]:
    """Return the network with the weights of a file, ready to be asked, and the first digits of the file's SHA-256.

    Raises:
        InputError: There is no such file, or it holds other tensors.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: the weights of Inception cannot be read: {error.strerror or error}") from error
    stored = read_tensors(path) if path.suffix.lower() == ".safetensors" else read_torch_file(data, str(path))
    network = Inception()
    uncounted = {name: tensor for name, tensor in network.state_dict().items() if name.endswith("num_batches_tracked")}
    try:
        with torch.no_grad():
            fill(network, {**uncounted, **stored}, path)
    except CheckpointError as error:
        raise InputError(f"these are no weights of the Inception that measures Frechet distances: {error}") from error
    return network.eval().requires_grad_(False), hashlib.sha256(data).hexdigest()[:8]
