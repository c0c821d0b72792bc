"""Good files are read, bad ones are named and skipped, and nothing is fetched, unpacked or left waiting."""

import io
import struct
import zipfile

import pytest

from gdl_core.errors import InputError, UsageError
from gdl_music import Metre, Note, Piece, Pieces, Tempo, Track, read
from gdl_music.files.midi import midi_bytes, read_midi
from gdl_music.files.scores import read_scores, score_in
from gdl_music.scores import musicxml_bytes

PIECE = Piece(
    [Track((Note(0, 480, 60, 90), Note(480, 240, 64, 70)), program=40), Track((Note(0, 120, 36, 100),), drums=True)],
    metres=[Metre(0, 6, 8)],
    tempos=[Tempo(0, 90.0)],
)


def midi(*tracks, kind=1, division=480):
    """Write a MIDI file by hand."""
    chunks = b"".join(b"MTrk" + struct.pack(">I", len(track)) + track for track in tracks)
    return b"MThd" + struct.pack(">IHHH", 6, kind, len(tracks), division) + chunks


END = b"\0\xff\x2f\0"
ON_OFF = b"\0\x90\x3c\x40\x83\x60\x80\x3c\x40"
TEMPO = b"\0\xff\x51\x03"

BAD = {
    "nothing": b"",
    "no MIDI": b"\0" * 64,
    "cut off in its head": midi(ON_OFF + END)[:12],
    "cut off in a track": midi(ON_OFF + END)[:-6],
    "no notes": midi(END),
    "several songs": midi(ON_OFF + END, kind=2),
    "a tempo of nought": midi(TEMPO + b"\0\0\0" + ON_OFF + END),
    "a tempo beyond all slowness": midi(TEMPO + b"\xff\xff\xff" + ON_OFF + END),
    "running status of nothing": midi(b"\0\x3c\x40" + ON_OFF + END),
    "a velocity beyond 127": midi(b"\0\x90\x3c\xc0" + END),
    "a length that lies": b"MThd" + struct.pack(">IHHH", 6, 1, 1, 480) + b"MTrk\xff\xff\xff\xff" + ON_OFF + END,
    "a note of ten hours": midi(b"\0\x90\x3c\x40\x90\xde\xee\x00\x80\x3c\x40" + END),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_midi_file_is_refused(name):
    with pytest.raises(InputError):
        read_midi(BAD[name])


def test_one_bad_file_stops_no_other(tmp_path):
    Pieces([PIECE]).save(tmp_path / "b.mid")
    for number, data in enumerate(BAD.values()):
        (tmp_path / f"a{number}.mid").write_bytes(data)
    (tmp_path / "notes.txt").write_text("not looked at")
    (tmp_path / "._b.mid").write_text("hidden")
    skipped = []
    records = list(read(tmp_path, skipped=skipped.append))
    assert [record.object for record in records] == [PIECE]
    assert len(skipped) == len(BAD) and all(str(tmp_path) in one.where for one in skipped)


def test_types_0_and_1_running_status_and_128_tracks_are_read():
    both = b"\0\x90\x3c\x40\x83\x60\x3c\0" + b"\0\x91\x40\x40\x83\x60\x81\x40\0" + END
    for kind in (0, 1):
        assert [note[:3] for note in read_midi(midi(both, kind=kind)).notes] == [(0, 480, 60), (480, 480, 64)]
    many = read_midi(midi(*[ON_OFF + END] * 128))
    assert len(many.tracks) == 128
    assert read_midi(midi_bytes(many)).note_count == 128


def test_what_is_written_is_read_again(tmp_path):
    assert read_midi(midi_bytes(PIECE)) == PIECE


def test_a_subfolder_is_a_class_and_every_piece_says_what_it_is(tmp_path):
    Pieces([PIECE]).save(tmp_path / "baroque" / "one")
    [record] = read(tmp_path)
    assert record.properties == {"class": "baroque", "key": "C major", "metre": "6/8", "instruments": "drums+strings"}


def test_what_is_wrong_with_the_source_is_said_at_once(tmp_path):
    with pytest.raises(InputError, match="did you mean 'song.mid'"):
        Pieces([PIECE]).save(tmp_path / "song.mid")
        read(tmp_path / "sonk.mid")
    with pytest.raises(UsageError, match="music is read from"):
        (tmp_path / "a.mp3").touch()
        read(tmp_path / "a.mp3")
    with pytest.raises(InputError, match="holds no music"):
        (tmp_path / "empty").mkdir()
        read(tmp_path / "empty")
    with pytest.raises(UsageError, match="no column"):
        read(tmp_path, column="a")


def packed(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_compressed_scores_are_read(tmp_path):
    container = '<container><rootfiles><rootfile full-path="a.xml"/></rootfiles></container>'
    (tmp_path / "a.mxl").write_bytes(packed({"META-INF/container.xml": container, "a.xml": musicxml_bytes(PIECE)}))
    [record] = read(tmp_path / "a.mxl")
    assert record.object.note_count == 3


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"../../outside.xml": "<a/>"}, "leads outside"),
        ({"/etc/a.xml": "<a/>"}, "leads outside"),
        ({"a.xml": "<a/>", "b/../../c.xml": "<a/>"}, "leads outside"),
        ({"a.txt": "no score"}, "no score"),
        ({"a.xml": b"0" * ((32 << 20) + 1)}, "unpacks to more than"),
    ],
)
def test_an_archive_that_is_no_score_or_a_trap_is_refused(members, reason):
    with pytest.raises(InputError, match=reason):
        score_in(packed(members))


ENTITY = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b {}>]><score-partwise>&b;</score-partwise>'


@pytest.mark.parametrize("text", [ENTITY.format('SYSTEM "file:///etc/passwd"'), ENTITY.format('"' + "lol" * 9 + '"')])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_neither_fetched_nor_unfolded(text, encoding):
    with pytest.raises(InputError, match="declares the entity"):
        list(read_scores(text.encode(encoding), "musicxml", "x", print))


@pytest.mark.parametrize("data", [b"<a>", b"<score-partwise/>", b"<a>" * 99 + b"</a>" * 99])
def test_xml_that_is_no_score_is_refused(data):
    with pytest.raises(InputError):
        list(read_scores(data, "musicxml", "x", print))


def test_a_tune_that_cannot_be_read_stops_no_other(tmp_path):
    (tmp_path / "a.abc").write_text("X:1\nM:4/4\nL:1/4\nK:C\nCDEF|\n\nX:2\nK:C\n\nX:3\nM:3/4\nL:1/4\nK:G\nGAB|\n")
    (tmp_path / "b.krn").write_text("**kern\n*M4/4\n4c\n4d\n2e\n==\n*-\n")
    skipped = []
    records = list(read(tmp_path, skipped=skipped.append))
    assert [record.object.note_count for record in records] == [4, 3, 3]
    assert [one.where for one in skipped] == [f"{tmp_path / 'a.abc'}:2"]
