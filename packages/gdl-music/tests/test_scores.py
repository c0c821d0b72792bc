"""Notation: what music21 writes it reads again, bars add up, ties are one note, and a short first bar is filled."""

from fractions import Fraction

import pytest

from gdl_core.errors import RepresentationError
from gdl_music import Key, Metre, Note, Piece, Track
from gdl_music.conversion import as_piece
from gdl_music.files.midi import midi_bytes, read_midi
from gdl_music.files.scores import read_scores
from gdl_music.measures import identity
from gdl_music.scores import musicxml_bytes, to_music21

HARD = {
    "7/8": [Metre(0, 7, 8)],
    "5/8, then 3/4": [Metre(0, 5, 8), Metre(2400, 3, 4)],
    "2/4, 7/8, 3/8": [Metre(0, 2, 4), Metre(960, 7, 8), Metre(2640, 3, 8)],
}


def melody(metres, *, lengths=(240, 480, 120, 360, 600)):
    notes, at = [], 0
    for place in range(16):
        notes.append(Note(at, lengths[place % len(lengths)], 60 + place * 7 % 12))
        at += lengths[place % len(lengths)] + 120 * (place % 3 == 0)
    chords = tuple(note._replace(pitch=pitch) for note in notes[::4] for pitch in (40, 47))
    return Piece([Track(tuple(notes), 73), Track(chords, 0)], metres=metres, keys=[Key(0, 2)])


@pytest.mark.slow
@pytest.mark.parametrize("name", HARD)
def test_a_score_is_read_as_it_was_written_and_its_bars_add_up(name):
    piece = melody(HARD[name])
    [(_, again)] = read_scores(musicxml_bytes(piece), "musicxml", "x", print)
    assert identity(again) == identity(piece) and again.keys == piece.keys
    assert again.rescaled(480).metres == piece.metres
    score = to_music21(piece)
    starts = [*piece.bar_starts(), piece.bar_start(piece.bar_count)]
    for part in score.parts:
        bars = list(part.getElementsByClass("Measure"))
        assert len(bars) == piece.bar_count
        for bar, start, end in zip(bars, starts, starts[1:], strict=False):
            for voice in list(bar.voices) or [bar]:
                filled = sum(Fraction(one.duration.quarterLength) for one in voice.notesAndRests)
                assert filled == Fraction(end - start, 480)


def test_notes_that_overlap_stand_in_voices():
    piece = Piece([Track((Note(0, 960, 60), Note(240, 240, 67), Note(480, 480, 72)))])
    [bar] = to_music21(piece).parts[0].getElementsByClass("Measure")
    assert len(bar.voices) == 2
    [(_, again)] = read_scores(musicxml_bytes(piece), "musicxml", "x", print)
    assert identity(again) == identity(piece)


def test_triplets_are_written_as_such():
    piece = Piece([Track(tuple(Note(160 * place, 160, 60 + place) for place in range(12)))])
    [(_, again)] = read_scores(musicxml_bytes(piece), "musicxml", "x", print)
    assert identity(again) == identity(piece)


def test_tied_notes_become_one_and_a_short_first_bar_is_filled():
    from music21 import converter

    score = converter.parse("tinyNotation: 4/4 g4 c'1~ c'4 d'2.")
    assert [note.duration for note in as_piece(score).rescaled(480).notes][-2:] == [2400, 1440]
    abc = "X:1\nT:a\nM:4/4\nL:1/4\nK:G\nG|cdef|g4|\n"
    [(_, tune)] = read_scores(abc.encode(), "abc", "x", print)
    tune = tune.rescaled(480)
    assert [note.start for note in tune.notes][:2] == [1440, 1920] and tune.keys == (Key(0, 1),)


def test_a_short_first_bar_and_bars_that_a_change_of_metre_cuts_short_come_through_midi_and_notation():
    [(_, upbeat)] = read_scores(b"X:1\nM:3/8\nL:1/8\nK:F\nC|FGA|B2 c|\n", "abc", "x", print)
    assert [note.start for note in upbeat.rescaled(480).notes][:2] == [480, 720]
    cut = melody([Metre(0, 4, 4), Metre(2160, 5, 8), Metre(3360, 3, 8)])
    for piece in (upbeat, cut):
        [(_, again)] = read_scores(musicxml_bytes(piece), "musicxml", "x", print)
        for other in (again, read_midi(midi_bytes(piece))):
            assert identity(other) == identity(piece)
    assert [str(metre) for metre in again.metres] == ["4/4", "1/8", "5/8", "3/8"]


def test_a_score_without_notes_is_refused():
    from music21 import stream

    with pytest.raises(RepresentationError, match="no notes"):
        as_piece(stream.Score())
