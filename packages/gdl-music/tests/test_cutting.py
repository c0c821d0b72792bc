"""Excerpts are runs of bars, at every pitch that is asked for and possible."""

import pytest

from gdl_core.errors import UsageError
from gdl_music import Note, Piece, Track
from gdl_music.cutting import excerpts, numbers_in
from gdl_music.measures import identity


def test_excerpts_laid_end_to_end_are_the_piece(chorale):
    piece = chorale(0, steps=64)
    parts = list(excerpts(piece, 1, 1, [0]))
    assert len(parts) == 4
    assert sum(note.duration for part in parts for note in part.notes) == sum(note.duration for note in piece.notes)


def test_a_short_piece_is_one_excerpt_and_moves_as_asked(chorale):
    found = list(excerpts(chorale(0), 8, 4, range(-5, 7)))
    assert len({identity(piece) for piece in found}) == 12


def test_what_leaves_midis_pitches_is_left_out():
    assert not list(excerpts(Piece([Track((Note(0, 9, 120),))]), None, 1, [9]))


@pytest.mark.parametrize("text", ["", "a", "5..3", "1-2", "1...2"])
def test_what_is_no_run_of_numbers_is_refused(text):
    with pytest.raises(UsageError, match="names no bars"):
        numbers_in(text, "bars")
