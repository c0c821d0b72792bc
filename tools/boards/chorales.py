"""Recipes for music learn chorales in excerpts of eight bars."""

from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

import torch
from boards.board import Board, Column, encoded
from boards.counting import counted_nats
from train.chain import Chain

from gdl_core.pipeline import Pipeline
from gdl_core.recipes import Recipe
from gdl_core.spaces import Tokens
from gdl_music.domain import DOMAIN
from gdl_music.files import read
from gdl_music.metrics import evaluate
from gdl_music.piece import Piece
from gdl_music.pieces import Pieces
from gdl_music.recipes import RECIPES
from gdl_music.representations.voices import Voices

HELD_OUT, BEFORE = 100, 8
"""So many excerpts are scored, and so many symbols does the chain look back: two sixteenths."""


class Chorales(Board):
    """Chorales in four voices."""

    name = "chorales"
    help = "folder of the excerpts that `tools/train/music.py --only gather cut` leaves"
    domain = DOMAIN
    title = "Music"
    columns = (
        Column("overlap", "overlap", 3),
        Column("distinct", "distinct", 3),
        Column("copied_runs", "copied", 3, lower=True, counts=False),
    )
    likelihood = "nats"
    counting = "counting"
    baseline = "a Markov chain of two sixteenths"
    drawn = 64

    @staticmethod
    def recipes() -> Sequence[Recipe]:
        return RECIPES

    def source(self) -> Path:
        return self.folder / "train"

    @cached_property
    def test(self) -> list[Piece]:
        """The excerpts that are held out."""
        return [record.object for record in read(self.folder / "test")]

    @cached_property
    def train(self) -> list[Piece]:
        """The excerpts that are learned."""
        return [record.object for record in read(self.source())]

    def held_out(self) -> Sequence[Piece]:
        return self.test[:HELD_OUT]

    def quality(self, draws: Pieces) -> dict[str, float | None]:
        drawn = [piece for piece in draws.pieces if piece]
        if not drawn:
            return {"overlap": None, "distinct": 0.0, "copied_runs": None}
        found = evaluate(drawn, self.test, train=self.train)
        return {column.name: found[column.name] for column in self.columns}

    def counted(self, pipeline: Pipeline) -> float | None:
        """Fit a back-off model of the last four tokens; a picture has none."""
        space = pipeline.design.space
        if not isinstance(space, Tokens):
            return None
        known, asked = (encoded(pipeline.representation, pieces) for pieces in (self.train, self.held_out()))
        return counted_nats(known, asked, space)

    def without_network(self, pipeline: Pipeline) -> dict[str, float | None]:
        """Draw symbols of the voices by turns, as often as each followed the same in the excerpts to learn."""
        voices = Voices(variable=False).fit(self.train)
        cells = [sample.tolist() for sample in encoded(voices, self.train)]
        whole = (line for line in Chain(cells, order=BEFORE).sample(seed=0) if len(line) == voices.space.max_length)
        return self.quality(Pieces(voices.decode(torch.tensor(line)) for line in islice(whole, self.drawn)))

    @classmethod
    def text(cls) -> str:
        return f"""Learned from excerpts of eight bars of Bach's chorales in music21's corpus, at several pitches; a
fifth of the chorales is held out. Nats are those of an excerpt as its representation holds it, the mean over
{HELD_OUT} held out, and comparable within one only. {cls.drawn} draws stand against the excerpts held out: `overlap`
is the mean area by which the distributions of the measures of pitch, rhythm and harmony overlap (Yang and Lerch
2020), `distinct` the share of draws that differ, `copied` that of their runs of eight notes that stand in what was
learned. Better by draws means a greater overlap with no fewer of them distinct.

Counting is a back-off model of the last four tokens (Witten and Bell 1991), and the chain draws each symbol of a grid
of four voices by the {BEFORE} before."""
