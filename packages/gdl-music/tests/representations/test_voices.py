"""Pieces become four voices on a grid of sixteenths, and come back with the same notes at the same time."""

import pytest
import torch

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.testing import REPRESENTATION_LAWS
from gdl_music import Metre, Note, Piece, Track
from gdl_music.measures import identity
from gdl_music.representations.voices import Voices


def of_voices(piece):
    """What is to survive: the notes of each voice, the metre and the tempo."""
    whole = piece.rescaled(480)
    tracks = [track for track in whole.tracks if track.notes]
    return [[note[:3] for note in track.notes] for track in tracks], whole.metres, whole.tempos


@pytest.mark.parametrize("law", REPRESENTATION_LAWS)
@pytest.mark.parametrize("metre", [(4, 4), (5, 8), (7, 8), (3, 4)])
def test_every_law_of_representations_holds(law, metre, chorale):
    pieces = [chorale(seed, steps=28 + seed, metre=metre) for seed in range(3)]
    law(Voices().fit(pieces), pieces, of_voices)


def test_a_long_piece_is_cut_at_a_bar_and_a_short_one_is_filled(chorale):
    voices = Voices(steps=40, variable=False).fit([chorale(0, steps=60), chorale(1, steps=12)])
    assert voices.decode(voices.encode(chorale(0, steps=60))).end <= 32
    assert voices.encode(chorale(1, steps=12)).shape == (160,)


def test_a_symbol_says_what_sounds_and_a_pitch_that_goes_on_where_another_sounded_begins(chorale):
    voices = Voices(voices=1, steps=8, lowest=60, highest=61).fit([Piece(chorale(0).tracks[:1])])
    assert voices.cells(torch.tensor([3, 1, 3, 3, 4, 0, 4, 2])).ravel().tolist() == [60, 60, -2, -2, 61, -1, 61, 61]
    assert voices.symbols(voices.cells(torch.tensor([1, 3, 0, 2]))).tolist() == [1, 3, 0, 2]
    assert voices.sounds().tolist() == [-1, 60, 61, 60, 61]


def test_one_track_of_chords_is_shared_out_among_the_voices(chorale):
    piece = chorale(3)
    joined = Piece([Track(tuple(note for track in piece.tracks for note in track.notes))])
    voices = Voices().fit([joined])
    assert identity(voices.decode(voices.encode(joined))) == identity(joined)


def test_one_voice_is_a_melody(chorale):
    melody = Piece(chorale(0).tracks[:1])
    voices = Voices(voices=1).fit([melody, chorale(1)])
    assert identity(voices.decode(voices.encode(melody))) == identity(melody)
    with pytest.raises(RepresentationError, match="notes sound at once"):
        voices.encode(chorale(1))


def test_what_the_voices_cannot_hold_is_refused(chorale):
    voices = Voices().fit([chorale(0)])
    with pytest.raises(RepresentationError, match="transpose the piece"):
        voices.encode(chorale(0).transposed(24))
    with pytest.raises(RepresentationError, match="those of drums"):
        voices.encode(Piece([Track((Note(0, 9, 36),), drums=True)]))
    with pytest.raises(RepresentationError, match="no note"):
        voices.decode(torch.zeros(16, dtype=torch.int64))
    with pytest.raises(RepresentationError, match="symbol outside"):
        voices.decode(torch.full((16,), 999))
    with pytest.raises(RepresentationError, match="no piece of up to 4 voices"):
        Voices().fit([])


@pytest.mark.parametrize("options", [{"voices": 0}, {"steps": 0}, {"lowest": 200}, {"metre": "4"}, {"metre": "3/5"}])
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(UsageError):
        Voices(**options)


def test_the_metre_is_that_of_most_pieces(chorale):
    pieces = [chorale(0, metre=(3, 4)), chorale(1, metre=(3, 4)), chorale(2)]
    assert Voices().fit(pieces).metre == Metre(0, 3, 4)
