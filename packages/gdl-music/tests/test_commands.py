"""``gdl music`` from a folder of small pieces to samples, excerpts and measures, and the README's own lines."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import gdl_music
from gdl_music import Piece, Pieces, read

README = (Path(__file__).parents[1] / "README.md").read_text()
SMALL = {"width": 16, "layers": 1}


@pytest.fixture(scope="module")
def home(tmp_path_factory, chorale) -> Path:
    """A folder with `songs` of two styles, and the runs `events` and `voices` of small untrained networks."""
    from gdl_core.pairing import Design, build
    from gdl_core.pipeline import Pipeline
    from gdl_music.domain import DOMAIN
    from gdl_music.representations.voices import Voices

    home = tmp_path_factory.mktemp("home")
    songs = [chorale(seed) for seed in range(8)]
    Pieces(songs[:4]).save(home / "songs" / "a")
    Pieces(songs[4:]).save(home / "songs" / "b")
    Pieces(songs[:1]).save(home / "song.mid")
    for name, family, variant in (("voices", "diffusion", "masked"), ("events", "autoregressive", None)):
        voices = Voices(steps=32, variable=False).fit(songs)
        design = Design(family, voices.space, variant=variant, network_options=SMALL)
        Pipeline(DOMAIN, voices, build(design), design).save(home / name)
    return home


@pytest.fixture
def there(home, monkeypatch) -> Path:
    """Stand in `home`, which is not to be changed."""
    monkeypatch.chdir(home)
    return home


def pieces(place: Path) -> list[Piece]:
    return [record.object for record in read(place)]


def test_samples_are_the_same_for_the_same_seed_in_python_too(gdl, there, tmp_path):
    words = ("sample", "--model", "events", "--count", 2, "--seed", 1)
    ended = gdl(*words, "--out", tmp_path / "a", "--picture", tmp_path / "a.svg")
    assert ended.code == 0, ended.err
    drawn = gdl_music.load("events", device="cpu").sample(2, seed=1)
    assert pieces(tmp_path / "a")[0].note_count == drawn[0].note_count
    assert (tmp_path / "a.svg").read_text().count("<svg") == 1


def test_a_piece_goes_on_and_is_filled_in_and_harmonised(gdl, there, tmp_path):
    ended = gdl("continue", "song.mid", "--bars", 2, "--model", "events", "--out", tmp_path / "b.mid", "--json")
    assert ended.code == 0 and json.loads(ended.out)["bars"] == [4], ended.err
    words = ("--model", "voices", "--option", "steps=2", "--out")
    assert gdl("infill", "song.mid", "--bars", "2..2", "--voice", "alto", *words, tmp_path / "c.mid").code == 0
    assert gdl("harmonize", "song.mid", "--count", 2, *words, tmp_path / "d").code == 0
    [song], [filled] = pieces(Path("song.mid")), pieces(tmp_path / "c.mid")
    kept = [[note[:3] for note in piece.rescaled(480).tracks[0].notes] for piece in (song, filled)]
    assert kept[0] == kept[1] and len(pieces(tmp_path / "d")) == 2


def test_what_is_written_keeps_to_a_scale_and_to_ranges(gdl, there, tmp_path):
    law = ("--scale", "C major", "--range", "soprano=G4..G5,C2..C6", "--out")
    steps = ("--option", "steps=4")
    for number, words in enumerate(
        [
            ("sample", "--model", "events", "--count", 2, "--seed", 0),
            ("sample", "--model", "voices", *steps, "--count", 2, "--seed", 0),
            ("harmonize", "song.mid", "--model", "voices", *steps, "--count", 2),
            ("infill", "song.mid", "--bars", "1..2", "--model", "voices", *steps, "--count", 2),
        ]
    ):
        assert gdl(*words, *law, tmp_path / str(number)).code == 0
    assert gdl("continue", "song.mid", "--bars", 1, "--model", "events", *law, tmp_path / "c").code == 0
    found = pieces(tmp_path)
    assert len(found) == 9 and all(note.pitch % 12 in (0, 2, 4, 5, 7, 9, 11) for piece in found for note in piece.notes)
    assert all(67 <= note.pitch <= 79 for piece in pieces(tmp_path / "0") for note in piece.tracks[0].notes)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("infill song.mid --bars 7..9 --model voices --out x.mid", "2 bars"),
        ("infill song.mid --bars 1..1 --voice oboe --model voices --out x.mid", "soprano"),
        ("infill song.mid --bars 1..1 --model events --out x.mid", "--recipe coconet"),
        ("harmonize song.mid --count 2 --model voices --out x.mid", "name a folder"),
        ("continue song.mid --model voices", "--out"),
        ("sample --model voices --scale Gmaj --out x", "no scale"),
        ("sample --model voices --range C4 --out x", "C4..A5"),
        ("render song.mid --out x.mp3", ".wav"),
        ("render song.mid --out x.png --synthesiser plain", "no sound"),
        ("cut songs --transpose up --out x", "semitones"),
        ("cut songs --out x.mid", "folder"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_and_writes_nothing(gdl, there, words, hint):
    ended = gdl(*words.split())
    assert ended.code == 2 and hint in ended.err, ended
    assert not list(there.glob("x*"))


def test_a_file_that_cannot_be_read_ends_with_the_code_of_bad_input(gdl, there, tmp_path):
    (tmp_path / "bad.mid").write_bytes(b"MThd")
    ended = gdl("render", tmp_path / "bad.mid", "--out", tmp_path / "x.wav")
    assert ended.code == 4 and "damaged" in ended.err and not (tmp_path / "x.wav").exists()


def test_a_piece_is_rendered_as_sound_score_picture_and_midi(gdl, there, tmp_path):
    for name in ("a.wav", "a.png", "a.mid", "a.musicxml"):
        assert gdl("render", "song.mid", "--out", tmp_path / name).code == 0
    assert pieces(tmp_path / "a.musicxml")[0].note_count == pieces(Path("song.mid"))[0].note_count


def test_excerpts_are_cut_and_moved(gdl, there, tmp_path):
    ended = gdl("cut", "songs", "--bars", 1, "--transpose", "-1..1", "--out", tmp_path / "cut", "--json")
    assert ended.code == 0 and json.loads(ended.out)["count"] == len(pieces(tmp_path / "cut")) == 48


def test_an_evaluation_compares_and_finds_copies(gdl, there):
    ended = gdl("evaluate", "songs/a", "--reference", "songs", "--train", "songs", "--json")
    found = json.loads(ended.out)
    assert found["copied_runs"] == 1 and found["new"] == 0 and 0 < found["overlap"] <= 1


@pytest.mark.slow
def test_the_readmes_lines_run_as_pasted_and_a_report_needs_no_network(gdl, home, chorale, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Pieces([*pieces(home / "songs"), *(chorale(seed, metre=(3, 4)) for seed in range(4))]).save("songs")
    for name in ("song.mid", "melody.mid"):
        Pieces(pieces(home / "song.mid")).save(name)
    lines = [line for line in README.splitlines() if line.startswith("gdl music ")]
    for line in lines:
        short = "--steps 6 --batch-size 8" if "music-transformer" in line else "--steps 1 --batch-size 2"
        ended = gdl(*shlex.split(line.replace("--time 20m", short))[2:])
        assert ended.code == 0, (line, ended.err)
    ended = gdl("report", "runs/voices", "--reference", "songs", "--count", 2, "--out", "page.html")
    assert ended.code == 0, ended.err
    text = Path("page.html").read_text()
    assert "data:audio/wav;base64" in text and "groove_consistency" in text
    assert not re.search(r"(href|src)=.https?:|<link|@import", text)


def test_the_package_is_imported_at_once_and_offers_its_names():
    code = (
        "import sys, gdl_music as gdl; heavy = {'torch', 'numpy', 'music21', 'symusic'} & set(sys.modules);"
        "print(heavy, *sorted(gdl.__all__)); assert all(callable(getattr(gdl, name)) for name in gdl.__all__)"
    )
    path = [str(Path(sys.modules[name].__file__).parents[1]) for name in ("gdl_core", "gdl_music")]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}; {code}"], capture_output=True, text=True
    )
    assert done.stdout == "set() Key Metre Note Piece Pieces Tempo Track load read train\n", done.stderr
