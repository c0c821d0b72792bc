"""`gdl music` inside the test's own process, and small pieces."""

import random
from collections.abc import Callable

import pytest

from gdl_core.domains import Installed
from gdl_core.testing.commands import Ended, command_line
from gdl_music import Metre, Note, Piece, Tempo, Track
from gdl_music.domain import DOMAIN

STEP = 120
"""A sixteenth note, in ticks."""


@pytest.fixture
def gdl(monkeypatch, capsys) -> Callable[..., Ended]:
    """Call ``gdl music`` with words, and get its exit code and what it wrote."""
    return command_line(monkeypatch, capsys, Installed({"music": DOMAIN}), "music")


@pytest.fixture(scope="session")
def chorale() -> Callable[..., Piece]:
    """Make a piece of four voices on the grid of sixteenths, from a seed."""

    def make(seed: int, *, steps: int = 32, metre: tuple[int, int] = (4, 4)) -> Piece:
        chance = random.Random(seed)

        def voice(lowest: int) -> Track:
            at, notes = 0, []
            while at < steps:
                length = min(chance.choice((1, 2, 2, 4, 4, 8)), steps - at)
                if at == 0 or chance.random() > 0.1:
                    notes.append(Note(at * STEP, length * STEP, lowest + chance.choice((0, 2, 4, 5, 7, 9, 11))))
                at += length
            return Track(tuple(notes))

        return Piece(map(voice, (72, 60, 48, 36)), metres=[Metre(0, *metre)], tempos=[Tempo(0, 96.0)])

    return make
