"""Whatever a model would like to write, nothing outside of the scale and of the ranges is drawn."""

import numpy as np
import pytest
import torch

from gdl_core.errors import UsageError
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_music.constraints import held
from gdl_music.continuing import proceed
from gdl_music.domain import DOMAIN
from gdl_music.filling import fill, infill
from gdl_music.instruments import group_of
from gdl_music.pitches import Pitches
from gdl_music.representations.remi import Remi
from gdl_music.representations.roll import PianoRoll
from gdl_music.representations.voices import Voices
from gdl_music.voices import HOLD, to_cells

SMALL = {"width": 16, "layers": 1}
LAW = Pitches.read("D dorian", "soprano=C5..A5,bass=E2..C4,A2..G5")
NAMES = ("soprano", "alto", "tenor", "bass")


def pipeline(representation, family="autoregressive", variant=None):
    network = {"encoder": {"width": 16}, "autoregressor": SMALL} if family == "vae" else SMALL
    design = Design(family, representation.space, variant=variant, network_options=network)
    return Pipeline(DOMAIN, representation, build(design), design)


def keeps(cells, law=LAW, names=NAMES):
    return all(law.of(name)[column[column >= 0]].all() for name, column in zip(names, cells.T, strict=True))


@pytest.fixture(scope="module")
def pieces(chorale):
    return [chorale(seed, steps=48) for seed in range(3)]


@pytest.mark.parametrize(
    ("family", "variant", "variable"),
    [
        ("autoregressive", None, True),
        ("autoregressive", None, False),
        ("diffusion", "masked", True),
        ("diffusion", "masked", False),
        ("vae", "sequence", False),
        ("energy", "residual", False),
    ],
)
def test_all_that_is_drawn_lies_within_the_scale_and_the_range_of_its_voice(pieces, family, variant, variable):
    model = pipeline(Voices(steps=12, variable=variable).fit(pieces), family, variant)
    free = [to_cells(piece) for piece in model.sample(8, seed=0)]
    drawn = [to_cells(piece) for piece in model.sample(8, seed=0, **held(model, LAW))]
    assert not any(map(keeps, free)) and all(map(keeps, drawn))
    assert sum((cells >= 0).sum() for cells in drawn) > 40


class Sober:
    """Chooses events that follow one another, as MidiTok passes over those that do not."""

    def __init__(self, remi, follower):
        self.kinds = [remi.tokenizer[number].partition("_")[0] for number in range(remi.space.vocabulary_size)]
        self.follower, self.last = follower, {}
        self.after = {"Program": ("Pitch", "PitchDrum"), "Velocity": ("Duration",), "Duration": ("Program", "Position")}
        self.after |= dict.fromkeys(("Pitch", "PitchDrum"), ("Velocity",)) | {"Position": ("Program", "Pitch")}

    def allowed(self, rows):
        wanted = [self.after.get(self.last.get(row), ("Position",)) for row in rows.tolist()]
        sober = torch.tensor([[False, *(kind in kinds for kind in self.kinds)] for kinds in wanted])
        return sober & self.follower.allowed(rows)

    def hear(self, rows, tokens):
        self.follower.hear(rows, tokens)
        for row, token in zip(rows.tolist(), tokens.tolist(), strict=True):
            self.last[row] = self.kinds[token]


@pytest.mark.parametrize("law", [Pitches.read("C major", "C3..C6"), Pitches.read("F# blues", "pad=C2..C4,D3..D5")])
def test_events_of_notes_lie_within_those_of_their_instrument_and_drums_are_free(law):
    remi = Remi(length=90)
    model = pipeline(remi)
    follow = held(model, law)["follow"]
    drawn = model.sample(5, seed=1, raw=True, follow=lambda count: Sober(remi, follow(count)))
    tracks = [track for piece in drawn for track in piece.tracks]
    for track in tracks:
        if not track.drums:
            assert law.of(group_of(track.program)).take([note.pitch for note in track.notes]).all()
    assert sum(len(track) for track in tracks) > 30 and any(track.drums for track in tracks)


def test_events_go_on_within_too(pieces):
    model = pipeline(Remi(length=400))
    law = Pitches.read("C major", "piano=C3..C6")
    longer = proceed(model, pieces[0], 2, seed=2, pitches=law)
    new = [
        (group_of(track.program), note.pitch)
        for track in longer.tracks if not track.drums
        for note in track.notes if note.start * 480 >= pieces[0].end * longer.resolution
    ]  # fmt: skip
    assert all(law.of(name)[pitch] for name, pitch in new)


def test_the_shipped_model_writes_in_a_scale_and_a_range():
    model = Pipeline.from_pretrained("chorale-transformer", DOMAIN)
    law = Pitches.read("G major", "soprano=D4..G5,bass=G2..D4")
    [piece] = model.sample(1, seed=0, max_length=160, **held(model, law))
    assert piece.note_count > 12 and keeps(to_cells(piece), law)


def test_a_piece_goes_on_within_and_a_note_outside_does_not_go_on(pieces):
    start = to_cells(pieces[0])
    model = pipeline(Voices(steps=96, variable=False).fit(pieces))
    before = proceed(model, pieces[0], 2, seed=0)
    law = Pitches.read("C major", "soprano=C6..C7,C2..B5")  # the soprano of all pieces is lower
    model.representation = Voices(steps=96, variable=False, highest=100).fit(pieces)
    model = pipeline(model.representation)
    after = to_cells(proceed(model, pieces[0], 2, seed=0, pitches=law))
    assert before.bar_count == 5 and (after[: len(start)] == start).all()
    written = after[len(start) :]
    assert keeps(written, law) and written[0, 0] != HOLD


@pytest.mark.parametrize("steps", [16, 48])
def test_what_is_hidden_is_filled_within_and_what_is_known_stays(pieces, steps):
    model = pipeline(Voices(steps=steps, variable=False).fit(pieces), "diffusion", "masked")
    cells = to_cells(pieces[1])
    hidden = np.zeros(cells.shape, np.bool_)
    hidden[::3, :3] = hidden[20:40] = True
    law = Pitches.read("A minor", "soprano=C5..E5,C2..B5")
    after = fill(model, cells, hidden, pitches=law, steps=8)
    assert (after[~hidden] == cells[~hidden]).all()
    assert keeps(np.where(hidden, after, -1), law) and not keeps(cells, law)
    begins = np.flatnonzero(hidden[1:, 0] & ~hidden[:-1, 0] & (cells[:-1, 0] >= 0)) + 1
    refused = [step for step in begins if not law.of("soprano")[cells[step - 1, 0]]]
    assert refused and (after[refused, 0] != HOLD).all()


def test_what_cannot_be_held_is_refused_by_name(pieces):
    voices = Voices(steps=12, variable=False).fit(pieces)
    roll = pipeline(PianoRoll(steps=8).fit(pieces), "diffusion", "flow-matching")
    with pytest.raises(UsageError, match="'piano-roll', whose cells are drawn together"):
        held(roll, LAW)
    flow = pipeline(voices, "diffusion", "edm")
    with pytest.raises(UsageError, match=r"cannot hold samples .* autoregressive \(sequence\), diffusion \(masked\)"):
        flow.sample(1, **held(flow, LAW))
    with pytest.raises(UsageError, match="cannot hold"):
        infill(flow, pieces[0], (1, 1), pitches=LAW)
    with pytest.raises(UsageError, match="no voice 'sopran'.*did you mean 'soprano'"):
        held(pipeline(voices), Pitches.read(None, "sopran=C4..C5"))
    with pytest.raises(UsageError, match="no such pitch for bass"):
        held(pipeline(voices), Pitches.read(None, "bass=C0..D0"))
    with pytest.raises(UsageError, match="no voice 'soprano' to give a range"):
        held(pipeline(Remi(length=8)), LAW)
    with pytest.raises(UsageError, match="does not write events in their order"):
        held(pipeline(Remi(length=8), "diffusion", "masked"), Pitches.read("C major"))


@pytest.mark.parametrize(
    ("scale", "ranges", "hint"),
    [
        ("H major", None, "no scale"),
        ("G majr", None, "did you mean 'major'"),
        (None, "C4", "write it like C4..A5"),
        (None, "A5..C4", "the lower one first"),
        (None, "C4..X5", "no pitch"),
        (None, "0..300", "outside of MIDI"),
    ],
)
def test_a_scale_or_range_that_is_none_is_refused_with_how_to_write_it(scale, ranges, hint):
    with pytest.raises(UsageError, match=hint):
        Pitches.read(scale, ranges)
