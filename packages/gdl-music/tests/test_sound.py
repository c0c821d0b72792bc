"""A piece sounds at its pitch, for as long as it lasts, and never takes more than there is."""

import numpy as np
import pytest

from gdl_core.errors import InputError, UsageError
from gdl_music import Note, Piece, Track
from gdl_music import sound as sounds
from gdl_music.sound import synthesise, wav_bytes


@pytest.mark.parametrize("program", [0, 19, 40, 73, 110])
def test_a_note_sounds_at_its_pitch(program):
    sound = synthesise(Piece([Track((Note(0, 960, 69),), program)]), rate=8000)
    spectrum = np.abs(np.fft.rfft(sound[:8000]))
    assert abs(int(spectrum.argmax()) - 440) <= 1


def test_sound_lasts_as_long_as_the_piece_and_is_the_same_each_time(chorale):
    piece = chorale(0)
    drums = piece.with_tracks([*piece.tracks, Track((Note(0, 9, 36), Note(480, 9, 42)), drums=True)])
    sound = synthesise(drums, rate=4000)
    assert len(sound) == int((piece.seconds + 0.4) * 4000) and np.abs(sound).max() == pytest.approx(0.9)
    assert np.array_equal(sound, synthesise(drums, rate=4000))


def test_what_is_too_long_is_refused():
    with pytest.raises(InputError, match="up to 30 become sound"):
        synthesise(Piece([Track((Note(0, 480 * 3700, 60),))]))
    with pytest.raises(InputError, match="seconds together"):
        synthesise(Piece([Track(tuple(Note(0, 480 * 3000, pitch) for pitch in range(60, 80)))]))


def test_a_synthesiser_that_is_not_there_is_named(monkeypatch):
    piece = Piece([Track((Note(0, 480, 60),))])
    monkeypatch.setattr(sounds, "has_fluidsynth", lambda: False)
    with pytest.raises(UsageError, match="fluidsynth is not here"):
        wav_bytes(piece, synthesiser="fluidsynth")
    with pytest.raises(UsageError, match="no synthesiser"):
        wav_bytes(piece, synthesiser="moog")
    assert sounds.best() == "plain"


def test_fluidsynth_is_used_where_it_is(monkeypatch):
    import pretty_midi

    monkeypatch.setattr(sounds, "has_fluidsynth", lambda: True)
    monkeypatch.setattr(pretty_midi.PrettyMIDI, "fluidsynth", lambda self, fs: np.full(fs, 0.5))
    assert sounds.best() == "fluidsynth"
    assert len(wav_bytes(Piece([Track((Note(0, 480, 60),))]), synthesiser="fluidsynth", rate=8000)) == 44 + 16_000
