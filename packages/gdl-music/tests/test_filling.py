"""Given cells are kept bit for bit by untrained models, whatever is hidden, and in windows where a piece is long."""

import numpy as np
import pytest

from gdl_core.errors import UsageError
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_music.domain import DOMAIN
from gdl_music.filling import fill, harmonize, infill
from gdl_music.representations.remi import Remi
from gdl_music.representations.voices import Voices
from gdl_music.voices import to_cells


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
    with pytest.raises(UsageError, match="--recipe coconet"):
        infill(Pipeline(DOMAIN, remi, build(design), design), pieces[0], (1, 1))
