"""Pieces become MidiTok's own tokens, and come back as they were on the grid of time."""

import miditok
import pytest
import torch

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.testing import REPRESENTATION_LAWS
from gdl_music import Metre, Note, Piece, Tempo, Track
from gdl_music.conversion import to_symusic
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


@pytest.mark.parametrize("kin", ["remi", "tsd", "midi-like"])
def test_tokens_are_those_of_miditok(kin):
    remi = Remi(kin=kin).fit([band()])
    theirs = getattr(miditok, {"remi": "REMI", "tsd": "TSD", "midi-like": "MIDILike"}[kin])(remi.tokenizer.config)
    assert remi.encode(band()).tolist() == theirs(to_symusic(band())).ids
    assert remi.space.vocabulary_size == len(theirs)


def test_a_long_piece_is_cut_where_a_bar_begins():
    piece = melody()
    remi = Remi(length=60).fit([])
    part = remi.decode(remi.encode(piece)).rescaled(480)
    assert part.bar_count == 1 and part.tracks[0].notes == piece.tracks[0].notes[: part.note_count]


def test_what_the_tokens_cannot_say_is_refused():
    remi = Remi(length=64)
    with pytest.raises(RepresentationError, match="metre of 40/4"):
        remi.encode(melody(metres=[(0, 40, 4)]))
    with pytest.raises(RepresentationError, match="no token for the pitch 127"):
        remi.encode(Piece([Track((Note(0, 480, 127),))]))
    with pytest.raises(RepresentationError, match="token outside"):
        remi.decode(torch.tensor([9999]))
    with pytest.raises(RepresentationError, match="there are no tokens"):
        remi.decode(torch.tensor([], dtype=torch.int64))
    with pytest.raises(RepresentationError, match="no notes"):
        remi.decode(torch.tensor([1, 1]))
    with pytest.raises(RepresentationError, match="not one moment"):
        Remi(length=8).encode(band())


@pytest.mark.parametrize("options", [{"kin": "remy"}, {"steps": 0}, {"length": 3}, {"velocities": 999}])
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(UsageError):
        Remi(**options)
