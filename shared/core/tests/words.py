"""A domain of words, for tests: objects are texts, a word is valid when it has a vowel."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Self

import torch
from torch import Tensor

from gdl_core.domains import Domain
from gdl_core.errors import InputError, RepresentationError, Skipped
from gdl_core.recipes import Recipe
from gdl_core.representation import Record, Representation
from gdl_core.spaces import Tokens

DOMAIN = Domain(
    name="words",
    summary="new words, letter by letter",
    object_name="word",
    representations={"letters": "words:Letters"},
    recipes="words:RECIPES",
    read="words:read",
    identity="words:identity",
    collection="words:Words",
    evaluate="words:evaluate",
    draw="words:draw",
    histograms="words:histograms",
    properties=("Letters", "vowels"),
    measure="words:measure",
    neighbours="words:neighbours",
)

RECIPES = (
    Recipe(
        name="small-rnn",
        summary="A small recurrent network.",
        paper="none",
        family="autoregressive",
        representation="letters",
        network="recurrent",
        network_options={"width": 16, "layers": 1},
        training={"batch_size": 8},
    ),
)


class Letters(Representation):
    name = "letters"

    def __init__(self, letters: str = ascii_lowercase, max_length: int = 12) -> None:
        self.letters = letters
        self.space = Tokens(vocabulary_size=len(letters), max_length=max_length)

    def encode(self, object: str) -> Tensor:
        if unknown := set(object) - set(self.letters):
            raise RepresentationError(f"{object!r}: {min(unknown)!r} is no letter")
        return torch.tensor([self.letters.index(letter) for letter in object])

    def encode_prefix(self, prefix: str) -> list[int]:
        return self.encode(prefix).tolist()

    def decode(self, sample: Tensor) -> str:
        return "".join(self.letters[number] for number in sample.tolist())

    def to_config(self) -> dict[str, Any]:
        return {"letters": self.letters, "max_length": self.space.max_length}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)


class Words(Sequence):
    def __init__(self, words: Sequence[str], *, log_prob: Sequence[float] | None = None) -> None:
        self.words, self.log_prob = list(words), log_prob

    def __getitem__(self, place: Any) -> Any:
        return self.words[place]

    def __len__(self) -> int:
        return len(self.words)

    def save(self, path: str | Path, *, force: bool = False, skipped: Any = None) -> Path:
        Path(path).write_text("".join(f"{word}\n" for word in self.words))
        return Path(path)

    def draw(
        self, path: str | Path, *, count: int = 12, columns: int = 1, legends: Any = None, force: bool = False
    ) -> Path:
        Path(path).write_text(draw(self.words[:count], columns=columns, legends=legends))
        return Path(path)


def identity(word: str) -> str:
    if not set(word) & set("aeiouy"):
        raise RepresentationError(f"{word!r} has no vowel")
    return word


def read(
    source: str | Path, *, column: str | None = None, skipped: Callable[[Skipped], None] | None = None
) -> Iterator[Record]:
    lines = Path(source).read_text(encoding="utf-8").splitlines()
    if not lines:
        raise InputError(f"{source} is empty")
    for number, line in enumerate(lines, 1):
        word, _, rest = line.partition(",")
        yield Record(word, f"{source}:{number}", {"length": rest} if rest else {})


def evaluate(samples: Sequence[str], reference: Sequence[str]) -> dict[str, Any]:
    return {"known": len(set(samples) & set(reference)) / len(samples), "notes": ["words are short"]}


def draw(words: Sequence[str], *, columns: int = 1, legends: Sequence[str] | None = None) -> str:
    legends = legends or [""] * len(words)
    lines = "".join(
        f'<text x="4" y="{16 * (n + 1)}">{escape(word)} {escape(legend)}</text>'
        for n, (word, legend) in enumerate(zip(words, legends, strict=True))
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 {16 * len(words) + 8}">{lines}</svg>'


def histograms(words: Sequence[str]) -> dict[str, list[float]]:
    return {"length": [len(word) for word in words], "vowels": [sum(map(word.count, "aeiou")) for word in words]}


def measure(word: str, names: Sequence[str]) -> list[float]:
    known = {"Letters": len(word), "vowels": sum(map(word.count, "aeiou")) or float("nan")}
    return [known[name] for name in names]


def view(words: Sequence[str]) -> tuple[str, str]:
    """Show words in a list that a script brings to life."""
    return f"<ul>{''.join(f'<li>{escape(word)}</li>' for word in words)}</ul>", "wake()"


def neighbours(words: Sequence[str], known: Sequence[str]) -> list[tuple[int, float]]:
    def alike(word: str, other: str) -> float:
        return len(set(word) & set(other)) / len(set(word) | set(other))

    found = [[alike(word, other) for other in known] for word in words]
    return [(row.index(max(row)), max(row)) for row in found]
