"""Pieces become pictures of pitch over time, and come back with the same notes."""

import pytest
import torch

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.testing import REPRESENTATION_LAWS
from gdl_music import Note, Piece, Tempo, Track
from gdl_music.instruments import group_of
from gdl_music.representations.roll import PianoRoll

REPEATED = Piece([Track(tuple(Note(240 * n, 240, 60 + n // 3) for n in range(9)))], tempos=[Tempo(0, 96.0)])
DRUMS = Track(tuple(Note(480 * n, 120, 36) for n in range(4)), drums=True)
BAND = Piece([*REPEATED.tracks, Track((Note(0, 1920, 40),), program=32), DRUMS])


def of_groups(piece):
    """What is to survive: the notes of each group of instruments, and the tempo."""
    whole = piece.rescaled(480)
    groups = {group_of(track.program, drums=track.drums): [n[:3] for n in track.notes] for track in whole.tracks}
    return groups, whole.tempos


@pytest.mark.parametrize("law", REPRESENTATION_LAWS)
@pytest.mark.parametrize(("options", "piece"), [({}, REPEATED), ({"instruments": 3}, BAND)])
def test_every_law_of_representations_holds(law, options, piece):
    law(PianoRoll(**options).fit([piece]), [piece], of_groups)


def test_pitches_are_those_of_the_data_and_a_multiple_of_eight():
    roll = PianoRoll(instruments="bass,drums").fit([BAND])
    assert roll.space.full_shape == (2, 64, 32) and roll.lowest == 36


def test_a_long_piece_is_cut_and_pitches_outside_are_refused():
    roll = PianoRoll(steps=4).fit([REPEATED])
    assert roll.decode(roll.encode(REPEATED)).note_count == 2
    with pytest.raises(RepresentationError, match="widen `pitches`"):
        roll.encode(REPEATED.transposed(30))
    with pytest.raises(RepresentationError, match="nothing plays"):
        roll.encode(Piece([Track((Note(9600, 9, 60),))]))
    with pytest.raises(RepresentationError):
        roll.decode(torch.zeros(1, 2, 2))


@pytest.mark.parametrize("options", [{"steps": 0}, {"instruments": "kazoo"}, {"instruments": 0}, {"pitches": 200}])
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(UsageError):
        PianoRoll(**options)
