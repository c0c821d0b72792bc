"""What there was stays as it is, and what comes behind it begins where it ends."""

import pytest

from gdl_core.errors import UsageError
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_music import Note, Piece, Track
from gdl_music.continuing import proceed
from gdl_music.domain import DOMAIN
from gdl_music.representations.remi import Remi
from gdl_music.representations.roll import PianoRoll
from gdl_music.representations.voices import Voices

SMALL = {"width": 16, "layers": 1}


def pipeline(representation, family="autoregressive", variant=None):
    design = Design(family, representation.space, variant=variant, network_options=SMALL)
    return Pipeline(DOMAIN, representation, build(design), design)


@pytest.mark.parametrize("family", ["autoregressive", "diffusion"])
def test_voices_go_on_where_they_ended_for_as_many_bars_as_asked(chorale, family):
    piece = chorale(0, steps=30)
    voices = Voices(steps=48, variable=False).fit([chorale(1), piece])
    model = pipeline(voices, family, "masked" if family == "diffusion" else None)
    longer = proceed(model, piece, 3, seed=1)
    assert longer.bar_count == 5
    assert longer.rescaled(4).span(0, 30).tracks == piece.rescaled(4).tracks
    assert any(note.start >= 30 * 120 for note in longer.notes)
    assert proceed(model, piece, 3, seed=1) == longer != proceed(model, piece, 3, seed=2)


def test_events_leave_what_there_was_as_it_is(chorale):
    piece = Piece([Track((*chorale(0).tracks[0].notes, Note(3601, 17, 50)), 5)])
    model = pipeline(Remi(length=200))
    longer = proceed(model, piece, 2, seed=0)
    kept = longer.rescaled(480).tracks[0]
    assert kept.notes[: piece.note_count] == piece.tracks[0].notes and kept.program == 5


def test_what_cannot_be_continued_is_refused(chorale):
    with pytest.raises(UsageError, match="have no beginning"):
        proceed(pipeline(PianoRoll(steps=8).fit([chorale(0)]), "diffusion", "flow-matching"), chorale(0), 1)
    with pytest.raises(UsageError, match="does not fit into half"):
        proceed(pipeline(Remi(length=8)), chorale(0), 1)
