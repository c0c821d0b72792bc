"""A piece keeps its bars, its seconds and its notes through cutting, moving and rescaling."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gdl_core.errors import RepresentationError, UsageError
from gdl_music import Key, Metre, Note, Piece, Tempo, Track

NOTES = some.builds(Note, some.integers(0, 5000), some.integers(1, 900), some.integers(20, 100), some.integers(1, 127))
PIECES = some.builds(lambda notes: Piece([Track(tuple(notes))]), some.lists(NOTES, min_size=1, max_size=8))


@given(PIECES)
@settings(max_examples=40)
def test_a_piece_is_as_long_in_bars_of_its_parts(piece):
    middle = piece.bar_start(1)
    parts = piece.bars(0, 1), piece.span(middle, max(piece.end, middle + 1))
    lasting = sum(note.duration for part in parts for note in part.notes)
    assert lasting == sum(note.duration for note in piece.notes)


@given(PIECES, some.integers(1, 20))
@settings(max_examples=40)
def test_a_finer_resolution_changes_nothing_and_the_coarsest_undoes_it(piece, times):
    finer = piece.rescaled(piece.resolution * times)
    assert finer.reduced() == piece.reduced()
    assert finer.seconds == pytest.approx(piece.seconds)


def test_a_track_of_a_table_is_the_track_of_its_notes():
    table = np.array([[480, 0, 480], [240, 480, 120], [62, 60, 50], [80, 1, 127]])
    notes = tuple(Note(*row) for row in table.T.tolist())
    lazy, plain = Track.of_columns(table, 40, name="a"), Track(notes, 40)
    assert (len(lazy), lazy.end) == (len(plain), plain.end) == (3, 720)
    assert copy.deepcopy(lazy) == lazy == plain and hash(lazy) == hash(plain)
    assert plain.columns.T.tolist() == [list(note) for note in lazy.notes]


def test_bars_follow_every_change_of_metre():
    piece = Piece([Track((Note(0, 4800, 60),))], metres=[Metre(0, 7, 8), Metre(1680, 2, 4), Metre(2640, 3, 8)])
    assert piece.bar_starts() == [0, 1680, 2640, 3360, 4080]
    assert piece.bar_start(7) == 4080 + 3 * 720


def test_seconds_follow_every_change_of_tempo():
    piece = Piece([Track((Note(0, 1920, 60),))], tempos=[Tempo(0, 60.0), Tempo(480, 120.0), Tempo(960, 240.0)])
    assert piece.seconds == 1 + 0.5 + 0.5


@pytest.mark.parametrize(
    ("sharps", "minor", "name"),
    [
        (0, False, "C major"),
        (0, True, "A minor"),
        (-3, True, "C minor"),
        (6, False, "F# major"),
        (-2, False, "Bb major"),
    ],
)
def test_a_key_is_named_by_its_tonic(sharps, minor, name):
    assert str(Key(0, sharps, minor)) == name


def test_moving_a_piece_moves_its_key_and_leaves_its_drums():
    piece = Piece([Track((Note(0, 9, 60),)), Track((Note(0, 9, 36),), drums=True)], keys=[Key(0, 0)])
    moved = piece.transposed(1)
    assert [note.pitch for note in moved.notes] == [61, 36] and moved.keys[0].sharps == -5
    with pytest.raises(RepresentationError, match="leaves MIDI's pitches"):
        piece.transposed(99)


def test_bars_that_are_none_are_refused():
    with pytest.raises(UsageError, match="bars from 2 up to 2"):
        Piece([Track((Note(0, 9, 60),))]).bars(2, 2)
