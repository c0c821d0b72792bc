"""A small classifier of gray 28 x 28 pictures of clothes: what it sees of a picture is the ground of the measures.

`tools/train/fashion_classifier.py` trained it; its card stands beside its weights.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from gdl_core.checkpoint.weights import fill, read_tensors
from gdl_image.files.idx import FASHION

CLASSES = FASHION
"""What the classifier tells apart, in the order of their numbers."""

SIZE = 28
FEATURES = 64
WEIGHTS = Path(__file__).parent / "weights" / "fashion.safetensors"


class FashionClassifier(nn.Module):
    """Three convolutions that keep where things are, 64 features, and a logit for each class.

    Shapes: (batch, 1, 28, 28), from 0 for black to 1 for white -> (batch, 64), (batch, 10).

    Example:
        >>> features, logits = FashionClassifier()(torch.zeros(2, 1, 28, 28))
        >>> features.shape, logits.shape
        (torch.Size([2, 64]), torch.Size([2, 10]))
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_convolution(1, 32, 5, stride=2),  # 14 x 14
            *_convolution(32, 64, 3, stride=2),  # 7 x 7
            *_convolution(64, 96, 3),
            nn.AvgPool2d(3, stride=2),  # 3 x 3
        )
        self.features = nn.Sequential(nn.Flatten(), nn.Linear(96 * 9, FEATURES), nn.BatchNorm1d(FEATURES), nn.ReLU())
        self.head = nn.Linear(FEATURES, len(CLASSES))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        features = self.features(self.body(pictures))
        return features, self.head(features)


def load() -> FashionClassifier:
    """Return the trained classifier, ready to be asked, on the CPU."""
    classifier = FashionClassifier()
    with torch.no_grad():
        fill(classifier, read_tensors(WEIGHTS), WEIGHTS)
    return classifier.eval().requires_grad_(False)


def _convolution(inputs: int, outputs: int, size: int, *, stride: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, size, stride=stride, padding=size // 2, bias=False)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]
