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
from gdl_music.cutting import excerpts
from gdl_music.domain import DOMAIN
from gdl_music.files import read
from gdl_music.metrics import evaluate
from gdl_music.piece import Piece
from gdl_music.pieces import Pieces
from gdl_music.recipes import RECIPES
from gdl_music.representations.voices import Voices

HELD_OUT, BEFORE = 100, 8
"""So many excerpts are scored, and so many symbols does the chain look back: two sixteenths."""

BARS, SEMITONES = 8, range(-3, 3)
"""How long an excerpt is, and by what it is moved to be learned."""


class Chorales(Board):
    """Chorales in four voices."""

    name = "chorales"
    help = "folder of the pieces that `tools/train/music.py --only gather` leaves"
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
        """Write the excerpts to learn into a folder, once."""
        place = self.work / "train"
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            Pieces(self.train).save(place)
        return place

    @cached_property
    def test(self) -> list[Piece]:
        """The excerpts that are held out."""
        return self.cut("test", range(1))

    @cached_property
    def train(self) -> list[Piece]:
        """The excerpts that are learned."""
        return self.cut("train", SEMITONES)

    def cut(self, part: str, semitones: range) -> list[Piece]:
        """Cut the pieces of a part into excerpts that follow one another."""
        pieces = (record.object for record in read(self.folder / part))
        return [one for piece in pieces for one in excerpts(piece, BARS, BARS, semitones)]

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
        size = voices.space.max_length
        whole = (line for line in Chain(cells, order=BEFORE).sample(seed=0) if len(line) == size and any(line))
        return self.quality(Pieces(voices.decode(torch.tensor(line)) for line in islice(whole, self.drawn)))

    @classmethod
    def text(cls) -> str:
        return f"""Learned from excerpts of eight bars of Bach's chorales in music21's corpus, at six pitches; a fifth
of the tunes is held out. Nats are those of an excerpt as its representation holds it, the mean over
{HELD_OUT} held out, and comparable within one only. {cls.drawn} draws stand against the excerpts held out: `overlap`
is the mean area by which the distributions of the measures of pitch, rhythm and harmony overlap (Yang and Lerch
2020), `distinct` the share of draws that differ, `copied` that of their runs of eight notes that stand in what was
learned. Better by draws means a greater overlap with no fewer of them distinct.

Counting is a back-off model of the last four tokens (Witten and Bell 1991), and the chain draws each symbol of a grid
of four voices by the {BEFORE} before."""
