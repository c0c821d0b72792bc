"""What is written can be opened, appears whole or not at all, and stands in nobody's way."""

import wave

import mido
import pretty_midi
import pytest
from PIL import Image

from gdl_core.errors import UsageError
from gdl_music import Note, Piece, Pieces, Track

PIECE = Piece([Track((Note(0, 480, 60), Note(480, 960, 64)))])


def test_midi_is_opened_by_mido_and_pretty_midi(tmp_path):
    place = Pieces([PIECE]).save(tmp_path / "deep" / "a.mid")
    assert sum(message.type == "note_on" for message in mido.MidiFile(place)) == 2
    assert len(pretty_midi.PrettyMIDI(str(place)).instruments[0].notes) == 2


def test_a_picture_and_a_sound_are_what_they_say(tmp_path):
    assert Image.open(Pieces([PIECE]).save(tmp_path / "a.png")).format == "PNG"
    with wave.open(str(Pieces([PIECE]).save(tmp_path / "a.wav"))) as sound:
        assert sound.getframerate() == 22_050 and 1.4 < sound.getnframes() / 22_050 < 2.0


def test_what_is_none_is_named_and_left_out(tmp_path):
    skipped = []
    folder = Pieces([None, PIECE]).save(tmp_path / "new", skipped=skipped.append)
    assert sorted(path.name for path in folder.iterdir()) == ["2.mid", "samples.json"]
    assert [one.where for one in skipped] == ["piece 1"]


def test_places_that_cannot_be_written_are_refused(tmp_path):
    pieces = Pieces([PIECE, PIECE])
    with pytest.raises(UsageError, match="holds one piece, and here are 2"):
        pieces.save(tmp_path / "a.mid")
    with pytest.raises(UsageError, match="written to a folder"):
        pieces.save(tmp_path / "a.mp3")
    with pytest.raises(UsageError, match="no piece to write"):
        Pieces([None]).save(tmp_path / "a.mid", skipped=print)
    pieces.save(tmp_path / "new")
    with pytest.raises(UsageError, match="exists already"):
        pieces.save(tmp_path / "new")
    pieces.save(tmp_path / "new", force=True)
    with pytest.raises(UsageError, match="was not written here"):
        pieces.save(tmp_path, force=True)
    assert not list(tmp_path.glob("*.partial"))
