"""``gdl image`` from a folder of small pictures to samples, walks and measures, and the README's own lines."""

import itertools
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gdl_image
from gdl_image import Pictures, read
from gdl_image.sheet import enlarged
from gdl_image.sources import SOURCES

README = (Path(__file__).parents[1] / "README.md").read_text()


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A folder with `pictures`, cats left and dogs right, and the run `run` of a small autoencoder."""
    home = tmp_path_factory.mktemp("home")
    images = np.random.default_rng(0).integers(0, 60, (24, 8, 8, 1), dtype=np.uint8)
    images[:12, 2:6, :4] += 180
    images[12:, 2:6, 4:] += 180
    for name, some in (("cat", images[:12]), ("dog", images[12:])):
        Pictures(some).save(home / "pictures" / name)
    gdl_image.train(
        home / "pictures", out=home / "run", recipe="vae", conditions=["class"], steps=2,
        options={"batch_size": 8, "device": "cpu"},
    )  # fmt: skip
    return home


@pytest.fixture
def there(home, monkeypatch) -> Path:
    """Stand in `home`, which is not to be changed."""
    monkeypatch.chdir(home)
    return home


def arrays(place: Path) -> list[np.ndarray]:
    return [record.object for record in read(place)]


def test_samples_of_a_class_are_the_same_for_the_same_seed_in_python_too(gdl, there, tmp_path):
    words = ("sample", "--model", "run", "--count", 3, "--seed", 1, "--condition", "class=cat", "--out")
    ended = gdl(*words, tmp_path / "a")
    assert ended.code == 0, ended.err
    assert gdl(*words, tmp_path / "b.npz", "--picture", tmp_path / "b.svg").code == 0
    drawn = gdl_image.load("run", device="cpu").sample(3, seed=1, conditions={"class": "cat"})
    assert np.array_equal(arrays(tmp_path / "a"), drawn.arrays)
    assert np.array_equal(arrays(tmp_path / "b.npz"), drawn.arrays)
    assert (tmp_path / "b.svg").read_text().count("<image") == 3


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("--condition class=cow --out new", "cat"),
        ("--condition clas=cat --out new", "class"),
        ("--out new.jpg", ".png"),
        ("--count 2", "--out"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_and_writes_nothing(gdl, there, words, hint):
    ended = gdl("sample", "--model", "run", *words.split())
    assert ended.code == 2 and hint in ended.err, ended
    assert not list(there.glob("new*"))


def test_what_is_measured_can_be_asked_for_beside_the_class(gdl, there, tmp_path):
    run = tmp_path / "run"
    words = ("--recipe", "vae", "--steps", 2, "--batch-size", 8, "--condition", "class,brightness", "--out", run)
    ended = gdl("train", "pictures", *words, "--representation-option", "size=4")
    assert ended.code == 0, ended.err
    asked = ("--condition", "class=dog", "--condition", "brightness=0.5")
    assert gdl("sample", "--model", run, *asked, "--out", tmp_path / "new.npz").code == 0
    assert arrays(tmp_path / "new.npz")[0].shape == (4, 4, 1)


def test_a_walk_begins_and_ends_with_what_comes_back_of_its_ends(gdl, there, tmp_path):
    ends = ("pictures/cat/01.png", "pictures/dog/01.png")
    assert gdl("interpolate", *ends, "--steps", 4, "--model", "run", "--out", tmp_path / "walk.gif").code == 0
    assert gdl("interpolate", *ends, "--steps", 4, "--model", "run", "--out", tmp_path / "walk").code == 0
    assert gdl("reconstruct", *ends, "--model", "run", "--out", tmp_path / "back").code == 0
    walk, back = arrays(tmp_path / "walk"), arrays(tmp_path / "back")
    assert len(walk) == 4 and np.array_equal([walk[0], walk[-1]], back)
    assert Image.open(tmp_path / "walk.gif").format == "GIF"


def test_what_comes_back_stands_in_the_order_of_what_was_given(gdl, there, tmp_path):
    ended = gdl("reconstruct", "pictures", "--model", "run", "--out", tmp_path / "back.npz")
    assert ended.code == 0, ended.err
    assert len(arrays(tmp_path / "back.npz")) == 24


def test_an_evaluation_finds_copies_and_keeps_what_it_measured(gdl, there, tmp_path):
    kept = tmp_path / "reference.npz"
    words = ("evaluate", "pictures", "--train", "pictures", "--json", "--reference")
    first = gdl(*words, "pictures", "--save-reference", kept)
    assert first.code == 0, first.err
    again = gdl(*words, kept)
    found = json.loads(first.out)
    assert found["copies"] == 1 and found["frechet"] == pytest.approx(0, abs=1e-6)
    assert json.loads(again.out)["coverage"] == found["coverage"] == 1


def test_a_report_shows_pictures_and_needs_no_network(gdl, there, tmp_path):
    page = tmp_path / "page.html"
    ended = gdl("report", "run", "--reference", "pictures", "--count", 6, "--out", page)
    assert ended.code == 0, ended.err
    text = page.read_text()
    assert "data:image/png;base64" in text and "brightness" in text
    assert not re.search(r"(href|src)=.https?:|<link|@import", text)


def test_sets_of_pictures_are_listed_with_commands_that_gdl_has(gdl):
    assert [row["name"] for row in json.loads(gdl("data", "--json").out)] == [source.name for source in SOURCES]
    shown = gdl("data")
    assert shown.code == 0 and all(source.train in shown.out for source in SOURCES)
    options = gdl("train", "--help").out
    assert all(set(re.findall(r"--[a-z-]+", source.train)) <= set(options.split()) for source in SOURCES)


@pytest.mark.slow
def test_the_lines_of_the_readme_run_as_pasted(gdl, home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for data, name in itertools.product(("pictures", "held-out"), ("cat", "dog")):
        large = [enlarged(picture, 4) for picture in arrays(home / "pictures" / name)]
        Pictures(large).save(tmp_path / data / name)
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    lines = [line for kind, text in blocks for line in text.splitlines() if not kind and line.startswith("gdl image ")]
    for line in lines:
        ended = gdl(*shlex.split(line.replace("--time 10m", "--steps 2"))[2:])
        assert ended.code == 0, (line, ended.err)
    for text in (text for kind, text in blocks if kind == "python"):
        exec(text, {})
    assert lines and Path("sneakers.png").exists() and Path("bags.png").exists()


def test_the_package_is_imported_at_once_and_offers_its_names():
    code = (
        "import sys, gdl_image as gdl; heavy = {'torch', 'numpy', 'PIL'} & set(sys.modules);"
        "print(heavy, *sorted(gdl.__all__)); assert all(callable(getattr(gdl, name)) for name in gdl.__all__)"
    )
    path = [str(Path(sys.modules[name].__file__).parents[1]) for name in ("gdl_core", "gdl_image")]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}; {code}"], capture_output=True, text=True
    )
    assert done.stdout == "set() Pictures load read train\n", done.stderr
