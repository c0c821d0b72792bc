"""Pieces become MidiTok's own tokens, and come back as they were on the grid of time."""

import pytest

from gdl_core.testing import REPRESENTATION_LAWS
from gdl_music import Metre, Note, Piece, Tempo, Track
from gdl_music.representations.remi import Remi

METRES = [(4, 4), (3, 4), (5, 8), (7, 8), (12, 8), (3, 2)]


def melody(*, metres=((0, 4, 4),), tempo=96.0, program=0):
    notes = tuple(Note(240 * place, 240, 60 + place * 5 % 12, 63) for place in range(24))
    return Piece([Track(notes, program)], metres=[Metre(*metre) for metre in metres], tempos=[Tempo(0, tempo)])


def band():
    drums = Track(tuple(Note(480 * place, 120, 36 + 2 * (place % 2), 99) for place in range(8)), drums=True)
    bass = Track(tuple(Note(480 * place, 480, 40 + place, 79) for place in range(8)), program=33)
    return Piece([*melody().tracks, bass, drums], tempos=[Tempo(0, 120.0), Tempo(1920, 90.0)])


PIECES = {
    **{f"{count} of 1/{unit}": [melody(metres=[(0, count, unit)])] for count, unit in METRES},
    "changing metres": [melody(metres=[(0, 5, 8), (1200, 7, 8), (2880, 2, 4)])],
    "a band that slows down": [band()],
}


def all_of(piece):
    """What of a piece is to survive: all, with a track for each instrument."""
    whole = piece.rescaled(480)
    return tuple(sorted((t.program, t.drums, t.notes) for t in whole.tracks)), whole.metres, whole.tempos


@pytest.mark.parametrize("law", REPRESENTATION_LAWS)
@pytest.mark.parametrize("kin", ["remi", "tsd"])
@pytest.mark.parametrize("name", PIECES)
def test_every_law_of_representations_holds(law, kin, name):
    law(Remi(kin=kin).fit(PIECES[name]), PIECES[name], all_of)
