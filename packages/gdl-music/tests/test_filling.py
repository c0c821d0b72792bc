"""Given cells are kept bit for bit by untrained models, whatever is hidden, and in windows where a piece is long."""

import numpy as np
import pytest

from gdl_core.errors import UsageError
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_music.domain import DOMAIN
from gdl_music.filling import fill, harmonize, infill
from gdl_music.gaps.events import events_with_gaps, fill_events
from gdl_music.gaps.rolls import fill_rolls, rolls_with_gaps
from gdl_music.gaps.windows import Wish
from gdl_music.piece import Note, Track
from gdl_music.pitches import Pitches
from gdl_music.representations.remi import Remi
from gdl_music.representations.roll import PianoRoll
from gdl_music.representations.voices import Voices
from gdl_music.voices import sounding, to_cells

SMALL = {"width": 16, "layers": 1}


def pipeline(pieces, *, family="diffusion", variant="masked", steps=32, **options):
    representation = Voices(steps=steps, **options).fit(pieces)
    design = Design(family, representation.space, variant=variant, network_options={"width": 16, "layers": 1})
    return Pipeline(DOMAIN, representation, build(design), design)


@pytest.fixture(scope="module")
def pieces(chorale):
    return [chorale(seed, steps=64) for seed in range(4)]


@pytest.mark.parametrize("variable", [True, False])
@pytest.mark.parametrize("voices", [(), ("alto",), ("soprano", "bass")])
def test_given_cells_are_bit_identical_and_hidden_ones_are_new(pieces, variable, voices):
    model = pipeline(pieces, variable=variable)
    before = to_cells(pieces[0])
    [found] = infill(model, pieces[0], (2, 3), voices=voices, seed=1, steps=4)
    places = [("soprano", "alto", "tenor", "bass").index(name) for name in voices] or [0, 1, 2, 3]
    hidden = np.zeros(before.shape, bool)
    hidden[16:48, places] = True
    after = fill(model, before, hidden, seed=1, steps=4)
    assert np.array_equal(after[~hidden], before[~hidden])
    assert not np.array_equal(after[hidden], before[hidden])
    assert found.metres == pieces[0].metres and found.bar_count == 4


def test_a_note_that_is_held_over_hidden_bars_sounds_behind_them_as_it_did(pieces):
    model = pipeline(pieces)
    piece = pieces[0].with_tracks([*pieces[0].tracks[:3], Track((Note(0, pieces[0].bar_start(4), 50),))])
    [found] = infill(model, piece, (2, 3), seed=1, steps=4)
    before, after = (sounding(to_cells(each)) for each in (piece, found))
    assert np.array_equal(after[48:], before[48:]) and (after[16:48, 3] != 50).any()


@pytest.mark.parametrize("steps", [16, 24, 64, 100])
def test_windows_of_any_length_fill_all_that_is_hidden(pieces, steps):
    model = pipeline(pieces, steps=steps)
    hidden = np.zeros((64, 4), bool)
    hidden[::3, 1:] = True
    cells = to_cells(pieces[1])
    after = fill(model, cells, hidden, steps=2)
    assert after.shape == cells.shape and np.array_equal(after[~hidden], cells[~hidden])


def test_a_melody_is_kept_under_which_the_voices_are_written(pieces):
    model = pipeline(pieces, variable=False)
    found = harmonize(model, pieces[2], count=2, seed=3, steps=4)
    for piece in found:
        assert np.array_equal(to_cells(piece)[:, 0], to_cells(pieces[2])[:, 0])
    assert found[0] != found[1]
    assert harmonize(model, pieces[2], count=1, seed=3, steps=4) == found[:1]


def test_what_cannot_be_filled_is_refused(pieces):
    model = pipeline(pieces)
    with pytest.raises(UsageError, match="no bars 3..9 in a piece of 4 bars"):
        infill(model, pieces[0], (3, 9))
    with pytest.raises(UsageError, match="did you mean 'alto'"):
        infill(model, pieces[0], (1, 1), voices=["altto"])
    with pytest.raises(UsageError, match="cannot draw around what is known"):
        infill(pipeline(pieces, family="autoregressive", variant=None), pieces[0], (1, 1))
    remi = Remi(length=64)
    design = Design("autoregressive", remi.space, network_options={"width": 16, "layers": 1})
    with pytest.raises(UsageError, match="cannot draw around what is known.*piano-roll-diffusion"):
        infill(Pipeline(DOMAIN, remi, build(design), design), pieces[0], (1, 1))
    with pytest.raises(UsageError, match="'piano-roll', in which no voice stands for itself.*--recipe coconet"):
        harmonize(made(PianoRoll(steps=16).fit(pieces), "diffusion", "flow-matching"), pieces[0])
    roll = made(PianoRoll(steps=16, instruments="piano").fit(pieces), "diffusion", "flow-matching")
    with pytest.raises(UsageError, match="no picture of 'pano'; did you mean 'piano'"):
        infill(roll, pieces[0], (1, 1), voices=["pano"])
    with pytest.raises(UsageError, match="no scale or range holds"):
        infill(roll, pieces[0], (1, 1), pitches=Pitches.read("C major"))
    events = made(Remi(length=300), "diffusion", "masked")
    with pytest.raises(UsageError, match="brass plays in these bars, so there is nothing"):
        infill(events, pieces[0], (1, 1), voices=["brass"])
    with pytest.raises(UsageError, match=r"are \d+ events, and the model holds 300; hide fewer"):
        infill(events, pieces[0], (1, 4))
    with pytest.raises(UsageError, match="kin=remi"):
        infill(made(Remi(kin="tsd", length=300), "diffusion", "masked"), pieces[0], (1, 1))


def made(representation, family, variant):
    options = {"flow-matching": {"width": 8}, "masked": SMALL}.get(variant, {})
    network = None if options else "perceptron"
    design = Design(family, representation.space, network, variant=variant, network_options=options)
    return Pipeline(DOMAIN, representation, build(design), design)


@pytest.mark.parametrize(
    ("family", "variant", "asked"),
    [
        ("diffusion", "flow-matching", {"steps": 2}),
        ("vae", "gaussian", {"rounds": 2}),
    ],
)
def test_the_cells_of_a_piano_roll_outside_the_bars_and_instruments_stay_bit_for_bit(pieces, family, variant, asked):
    band = pieces[0].with_tracks(
        Track(track.notes, program) for track, program in zip(pieces[0].tracks, (0, 0, 40, 33), strict=True)
    )
    roll = PianoRoll(steps=16, instruments=("piano", "bass")).fit([band])
    model = made(roll, family, variant)
    start, end = band.bar_start(1), band.bar_start(3)
    for names in ([], ["bass"]):
        before, hidden = rolls_with_gaps(roll, band, start, end, names)
        after = fill_rolls(model, roll, before, hidden, Wish(seed=1, options=asked))
        assert hidden[1, 16:48].all() and hidden.sum() == (32 if names else 64) * before.shape[2]
        assert np.array_equal(after[~hidden], before[~hidden]) and not np.array_equal(after, before)
    [piece] = infill(model, band, (2, 3), voices=["bass"], seed=1, **asked)
    assert piece == roll.piece(after, metres=band.metres, tempos=band.tempos)


@pytest.mark.parametrize(("names", "length"), [((), 500), (("strings",), 500), (("bass", "strings"), 250)])
def test_events_outside_the_bars_and_instruments_stay_and_as_many_notes_are_written(pieces, names, length):
    band = pieces[1].with_tracks(
        Track(track.notes, program) for track, program in zip(pieces[1].tracks, (0, 0, 40, 33), strict=True)
    )
    remi = Remi(length=length)
    model = made(remi, "diffusion", "masked")
    before = remi.tokens(band)
    hidden = events_with_gaps(remi, before, (3, 3), names)
    after = fill_events(model, remi, before, hidden, Wish(seed=2, options={"steps": 4}))
    changed = [old != new for old, new in zip(before, after, strict=True)]
    assert any(changed) and not any(new and not hides for new, hides in zip(changed, hidden, strict=True))


@pytest.mark.parametrize("names", [(), ("bass", "strings")])
def test_notes_that_begin_in_other_bars_stay_and_new_ones_begin_within(pieces, names):
    band = pieces[1].with_tracks(
        Track(track.notes, program) for track, program in zip(pieces[1].tracks, (0, 0, 40, 33), strict=True)
    )
    remi, law = Remi(length=500), Pitches.read("F# blues")
    whole = remi.decode(remi.encode(band)).rescaled(480)
    [piece] = infill(made(remi, "diffusion", "masked"), band, (3, 3), voices=names, seed=2, steps=4, pitches=law)
    start, end = band.bar_start(2), band.bar_start(3)
    olds, news = ({track.program: track.notes for track in one.tracks} for one in (whole, piece.rescaled(480)))
    for program, old in olds.items():
        outside = [[note for note in notes if not start <= note.start < end] for notes in (old, news[program])]
        assert outside[0] == outside[1] and len(old) == len(news[program])
        inside = [note for note in news[program] if start <= note.start < end]
        if not names or {40: "strings", 33: "bass"}.get(program) in names:
            assert law.of("").take([note.pitch for note in inside]).all()
        else:
            assert news[program] == old
