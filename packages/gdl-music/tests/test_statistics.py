"""The measures of a piece have their known values, and are muspy's where it has them (see the numbers below)."""

import math
import random

import pytest

from gdl_music import Metre, Note, Piece, Track
from gdl_music.statistics import MEASURES

MUSPY = {
    "pitch_range": 31,
    "pitches_used": 18,
    "pitch_classes_used": 12,
    "pitch_entropy": 3.9120626985950606,
    "pitch_class_entropy": 3.3955537001355616,
    "scale_consistency": 0.8059701492537313,
    "polyphony": 1.9292035398230087,
    "polyphony_rate": 0.2,
    "groove_consistency": 0.9330357142857143,
    "empty_beat_rate": 0.0,
}
"""What muspy 0.5.0 finds of the piece of `band`, at 24 steps to a quarter note."""


def band():
    """Three tracks and drums, with unisons, rests, and a last bar that is not full."""
    chance = random.Random(7)
    tracks = []
    for low, program, drums in ((60, 0, False), (55, 40, False), (40, 33, False), (36, 0, True)):
        at, notes = 0, []
        while at < 24 * 30:
            length = chance.choice((6, 12, 24, 36))
            if chance.random() < 0.8:
                notes.append(Note(at, length, low + chance.choice((0, 2, 4, 5, 7, 9, 10, 11))))
            at += length + chance.choice((0, 0, 0, 24))
        tracks.append(Track(tuple(notes), program, drums))
    return Piece(tracks, resolution=24)


@pytest.mark.parametrize("name", MUSPY)
def test_a_measure_is_muspys(name):
    assert MEASURES[name](band()) == pytest.approx(MUSPY[name], abs=1e-9)


def test_numbers_of_a_small_piece_are_as_counted_by_hand():
    piece = Piece([Track((Note(0, 480, 60), Note(0, 480, 64), Note(480, 480, 67), Note(960, 960, 60)))])
    found = {name: measure(piece) for name, measure in MEASURES.items()}
    assert (found["density"], found["note_length"], found["bars"], found["tempo"]) == (1.0, 1.25, 1.0, 120.0)
    assert (found["pitches_used"], found["pitch_range"], found["pitch"]) == (3.0, 7.0, 62.75)
    assert found["polyphony"] == 1.25 and found["polyphony_rate"] == 0
    assert found["pitch_entropy"] == pytest.approx(1.5)


def test_bars_that_are_alike_have_a_groove_and_others_have_less():
    steady = Piece([Track(tuple(Note(480 * n, 240, 60) for n in range(15)))])
    shifted = Piece([Track(tuple(Note(480 * n + 120 * (n // 4 % 2), 240, 60) for n in range(15)))])
    waltz = Piece(steady.tracks, metres=[Metre(0, 3, 4)])
    values = [MEASURES["groove_consistency"](piece) for piece in (steady, waltz, shifted)]
    assert values[2] < values[0] <= 1 and values[2] < values[1] <= 1


def test_drums_have_rhythm_and_no_pitch():
    drums = Piece([Track((Note(0, 120, 36), Note(480, 120, 38)), drums=True)])
    assert MEASURES["density"](drums) == pytest.approx(2 / 1.25)
    assert all(math.isnan(MEASURES[name](drums)) for name in ("pitch", "scale_consistency", "pitch_entropy"))
