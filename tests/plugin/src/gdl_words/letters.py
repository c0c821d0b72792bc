"""Words as tokens, one for each letter of the Latin alphabet."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Self

import torch
from torch import Tensor

from gdl_core.errors import RepresentationError, Skipped
from gdl_core.recipes import Recipe
from gdl_core.representation import Record, Representation
from gdl_core.spaces import Tokens

RECIPES = (
    Recipe(
        name="speller",
        summary="A recurrent network that spells.",
        paper="Sutskever et al. (2011)",
        family="autoregressive",
        representation="letters",
        network="recurrent",
        network_options={"width": 16, "layers": 1},
    ),
)


class Letters(Representation):
    name = "letters"
    loses = "case"

    def __init__(self, max_length: int = 16) -> None:
        self.space = Tokens(vocabulary_size=26, max_length=max_length)

    def encode(self, object: str) -> Tensor:
        return torch.tensor([ascii_lowercase.index(letter) for letter in identity(object)])

    def decode(self, sample: Tensor) -> str:
        return "".join(ascii_lowercase[number] for number in sample.tolist())

    def to_config(self) -> dict[str, Any]:
        return {"max_length": self.space.max_length}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)


def identity(word: str) -> str:
    if not word or set(word.lower()) - set(ascii_lowercase):
        raise RepresentationError(f"{word!r} is no word of the letters a to z")
    return word.lower()


def read(
    source: str | Path, *, column: str | None = None, skipped: Callable[[Skipped], None] | None = None
) -> Iterator[Record]:
    for number, line in enumerate(Path(source).read_text().splitlines(), 1):
        yield Record(line, f"{source}:{number}")
