"""Objects of pretty_midi, symusic and music21 become pieces and come back."""

import pretty_midi
import pytest

from gdl_core.errors import RepresentationError
from gdl_music import Key, Metre, Note, Piece, Pieces, Tempo, Track
from gdl_music.conversion import as_piece, to_pretty_midi, to_symusic

PIECE = Piece(
    [
        Track((Note(0, 480, 60, 90), Note(480, 240, 64, 70)), program=40),
        Track((Note(0, 120, 36, 100),), drums=True),
    ],
    metres=[Metre(0, 7, 8)],
    tempos=[Tempo(0, 90.0), Tempo(480, 120.0)],
    keys=[Key(0, -3, minor=True)],
)


def test_pretty_midi_holds_a_piece_and_gives_it_back():
    midi = to_pretty_midi(PIECE)
    assert isinstance(midi, pretty_midi.PrettyMIDI)
    assert as_piece(midi) == PIECE


def test_symusic_holds_a_piece_and_gives_it_back_in_any_unit_of_time():
    assert as_piece(to_symusic(PIECE)) == PIECE
    assert as_piece(to_symusic(PIECE).to("quarter")).rescaled(480).tracks == PIECE.tracks


def test_a_collection_takes_them_all():
    assert Pieces([to_pretty_midi(PIECE), to_symusic(PIECE), PIECE]).pieces == (PIECE,) * 3


@pytest.mark.parametrize("thing", ["text", 7, None, Piece([]), pretty_midi])
def test_what_is_no_piece_is_refused(thing):
    with pytest.raises(RepresentationError):
        from gdl_music.conversion import checked

        checked(thing)
