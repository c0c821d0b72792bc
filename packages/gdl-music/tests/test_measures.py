"""What tells pieces apart: their key, their instruments, their notes."""

import pytest

from gdl_core.errors import RepresentationError
from gdl_music import Metre, Note, Piece, Tempo, Track
from gdl_music.measures import facts, histograms, identity, key


def scale(steps, tonic):
    notes = [tonic + step for step in (*steps, 12, 7, 0)]
    return Piece([Track(tuple(Note(480 * place, 480, pitch) for place, pitch in enumerate(notes)))])


@pytest.mark.parametrize("tonic", range(12))
def test_a_scale_has_its_key_wherever_it_begins(tonic):
    major = key(scale((0, 4, 7, 2, 4, 5, 7, 9, 11), 60 + tonic))
    assert major == f"{('C', 'Db', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B')[tonic]} major"
    assert key(scale((0, 3, 7, 2, 3, 5, 7, 8, 11), 60 + tonic)).endswith("minor")


def test_facts_name_the_first_metre_and_all_instruments(chorale):
    piece = chorale(0, metre=(3, 4))
    drums = Track((Note(0, 9, 36),), drums=True)
    assert facts(piece.with_tracks([*piece.tracks, drums]))["instruments"] == "drums+piano"
    assert facts(piece)["metre"] == "3/4" and facts(Piece([drums]))["key"] == "none"


def test_the_same_notes_are_the_same_piece_however_they_are_written():
    notes = (Note(0, 480, 60, 90), Note(480, 480, 62, 70))
    piece = Piece([Track(notes)])
    other = Piece(
        [Track(tuple(note._replace(velocity=1) for note in notes), name="x")],
        metres=[Metre(0, 7, 8)], tempos=[Tempo(0, 60.0)],
    )  # fmt: skip
    assert identity(piece) == identity(other.rescaled(960))
    assert identity(piece) != identity(piece.transposed(1))
    assert identity(piece) != identity(Piece([Track(notes, program=1)]))
    with pytest.raises(RepresentationError):
        identity(Piece([]))


def test_what_cannot_be_told_of_a_piece_stands_in_no_histogram():
    drums = Piece([Track((Note(0, 120, 36),), drums=True)])
    assert "pitch" not in histograms([drums]) and len(histograms([drums])["density"]) == 1
