"""The shipped models do what their cards say, in small."""

import io

import pretty_midi
import pytest
import symusic
import torch
from music21 import corpus

from gdl_core.errors import UsageError
from gdl_core.pipeline import Pipeline
from gdl_music.continuing import proceed
from gdl_music.conversion import from_pretty_midi
from gdl_music.domain import DOMAIN
from gdl_music.files import read
from gdl_music.files.midi import midi_bytes, read_midi
from gdl_music.filling import harmonize
from gdl_music.voices import padded, to_cells

MODELS = DOMAIN.shipped_models()
LARGEST = 4_000_000
HELD_OUT = ("bwv102.7", "bwv103.6", "bwv11.6", "bwv114.7")
"""Chorales that `tools/train/music.py` keeps from training."""


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline.from_pretrained(DOMAIN.default_model, DOMAIN)


@pytest.fixture(scope="module")
def drawn(pipeline):
    return pipeline.sample(3, seed=0)


def test_the_default_is_shipped_and_no_model_is_larger_than_four_megabytes():
    assert DOMAIN.default_model in MODELS
    assert max(sum(file.stat().st_size for file in folder.iterdir()) for folder in MODELS.values()) <= LARGEST


def test_there_is_a_model_of_each_family():
    families = {Pipeline.from_pretrained(name, DOMAIN).design.family for name in MODELS}
    assert families == {"autoregressive", "diffusion", "energy", "flow", "gan", "vae"}


@pytest.mark.parametrize("name", MODELS)
def test_the_pieces_of_a_model_are_distinct_and_are_read_by_other_libraries(name):
    options = {"diffusion": {"steps": 8}, "energy": {"candidates": 1}}
    pipeline = Pipeline.from_pretrained(name, DOMAIN)
    drawn = pipeline.sample(2, seed=0, **options.get(pipeline.design.family, {}))
    assert len({tuple(piece.notes) for piece in drawn}) == 2
    for piece in drawn:
        assert piece.bar_count <= 8 and piece.note_count > 8
        data = midi_bytes(piece)
        assert symusic.Score.from_midi(data).note_num() == piece.note_count
        assert from_pretty_midi(pretty_midi.PrettyMIDI(io.BytesIO(data))).note_count == piece.note_count


def test_it_finds_its_own_pieces_likelier_than_these_backwards(pipeline, drawn):
    backwards = [
        piece.with_tracks(
            type(track)(tuple(note._replace(start=piece.end - note.end) for note in track.notes), track.program)
            for track in piece.tracks
        )
        for piece in drawn
    ]
    assert (pipeline.score(drawn).values > pipeline.score(backwards).values).all()


def test_a_midi_file_is_gone_on_with_and_stays_what_it_was(pipeline, drawn):
    beginning = read_midi(midi_bytes(drawn[0].bars(0, 2)))
    longer = proceed(pipeline, beginning, 2, seed=1)
    before, after = to_cells(beginning), to_cells(longer)
    assert longer.bar_count == 4 and (after[: len(before)] == before).all()


def test_that_it_cannot_write_under_a_melody_is_said_with_what_can(pipeline, drawn):
    with pytest.raises(UsageError, match="cannot draw around what is known"):
        harmonize(pipeline, drawn[0])


def test_the_true_voices_of_a_hidden_bar_are_likelier_the_more_bars_before_it_are_known(pipeline):
    voices, means = pipeline.representation, []
    for name in HELD_OUT:
        [record] = read(corpus.getWork(f"bach/{name}.mxl"))
        cells = to_cells(record.object)[:80]
        samples = [voices.symbols(padded(cells[16 * (4 - before) :], 128)) for before in (0, 1, 4)]
        found = pipeline.model.log_prob(voices.space.collate(samples)).elements.detach().unflatten(1, (-1, 4))
        means.append([row[16 * n :][:16].mean(0) for n, row in zip((0, 1, 4), found, strict=True)])
    nothing, one, four = torch.stack([torch.stack(of_one) for of_one in means]).mean((0, 2))
    assert nothing + 0.05 < one < four
