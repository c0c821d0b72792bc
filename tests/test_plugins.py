"""A distribution of strangers becomes a domain of `gdl` by its entry point alone, and a broken one hides no other."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from zipfile import ZipFile

import pytest
import torch

from gdl_core import domains, pairing
from gdl_core.spaces import Tokens
from gdl_core.testing import FAMILY_LAWS, REPRESENTATION_LAWS

GDL = Path(sys.executable).with_name("gdl")
PLUGIN = Path(__file__).with_name("plugin")
WORDS = Tokens(vocabulary_size=26, max_length=16)
BUILD = "import sys; from poetry.core.masonry.api import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    """A folder on the path of `gdl`, with the outside domain `words` installed in it from its wheel."""
    target = tmp_path / "target"
    subprocess.run([sys.executable, "-c", BUILD, tmp_path], cwd=PLUGIN, check=True, capture_output=True)
    with ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(target)
    return target


def install_by_hand(target: Path, name: str, module: str) -> None:
    """Write what an installed wheel leaves behind, for a plug-in that no honest build would make."""
    record = target / f"gdl_{name}-1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: gdl-{name}\nVersion: 1.0\n")
    (record / "entry_points.txt").write_text(f"[gdl.domains]\n{name} = gdl_{name}:DOMAIN\n")
    (target / f"gdl_{name}.py").write_text(module)


def gdl(*words: object, plugins: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(plugins), "COLUMNS": "120"}
    command = [str(GDL), *map(str, words)]
    return subprocess.run(command, cwd=plugins.parent, env=environment, capture_output=True, text=True)


def test_an_outside_domain_is_listed_beside_our_own(plugins):
    shown = gdl("--help", plugins=plugins)
    assert shown.returncode == 0
    assert all(name in shown.stdout for name in (*domains.OFFICIAL, "words"))
    assert shown.stderr == ""


def test_an_outside_domain_trains_and_samples(plugins):
    (plugins.parent / "words.txt").write_text("anna\notto\nhannah\nlevel\nradar\nrotor\ncivic\nkayak\n" * 8)
    trained = gdl("words", "train", "words.txt", "--out", "run", "--steps", 3, plugins=plugins)
    assert trained.returncode == 0, trained.stderr
    drawn = gdl("words", "sample", "--model", "run", "--count", 5, "--raw", "--out", "drawn.txt", plugins=plugins)
    assert drawn.returncode == 0, drawn.stderr
    assert (plugins.parent / "drawn.txt").exists()


@pytest.mark.parametrize("law", REPRESENTATION_LAWS)
def test_an_outside_representation_can_be_held_to_the_laws_of_our_own(monkeypatch, law):
    monkeypatch.syspath_prepend(PLUGIN / "src")
    letters = import_module("gdl_words.letters")
    law(letters.Letters(), ["anna", "Otto", "hannah"], str.lower)


@pytest.fixture
def installed(plugins: Path, monkeypatch) -> None:
    """What the plug-in brings can be found in this process."""
    monkeypatch.syspath_prepend(plugins)
    pairing.outside.cache_clear()
    yield
    pairing.outside.cache_clear()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("law", FAMILY_LAWS)
@pytest.mark.parametrize(
    "design",
    [pairing.Design("markov", WORDS), pairing.Design("autoregressive", WORDS, "table")],
    ids=["their family and network", "our family, their network"],
)
def test_an_outside_family_and_an_outside_network_keep_the_laws_of_our_own(law, design):
    law(design, [torch.arange(n) * (n + 3) % 26 for n in (1, 5, 9, 3, 2, 7, 4, 6, 8)])


def test_an_outside_family_trains_resumes_and_samples_from_the_command_line(plugins):
    (plugins.parent / "words.txt").write_text("anna\notto\nhannah\nlevel\nradar\nrotor\ncivic\nkayak\n" * 8)
    train = ("words", "train", "words.txt", "--out", "run", "--family", "markov")
    assert gdl(*train, "--steps", 3, plugins=plugins).returncode == 0
    assert gdl(*train, "--steps", 3, "--resume", plugins=plugins).returncode == 0
    drawn = gdl("words", "sample", "--model", "run", "--count", 5, "--raw", "--out", "drawn.txt", plugins=plugins)
    assert drawn.returncode == 0, drawn.stderr
    assert ["markov", "tokens"] in json.loads(gdl("info", "--json", plugins=plugins).stdout)["pairs"]


@pytest.mark.parametrize(
    ("module", "complaint"),
    [
        ("import a_library_that_nobody_has", "fails to import"),
        ("raise SystemExit(3)", "fails to import"),
        ("from gdl_core.domains import Domain\nDOMAIN = Domain('broken', 'things', 'thing', api=99)", "API 99"),
        ("DOMAIN = None", "broken"),
    ],
    ids=["fails to import", "ends the process", "made for another API", "no domain"],
)
def test_a_broken_plug_in_is_reported_in_one_line_and_hides_no_other(plugins, module, complaint):
    install_by_hand(plugins, "broken", module)
    shown = gdl("info", "--json", plugins=plugins)
    assert shown.returncode == 0, shown.stderr
    assert {*domains.OFFICIAL, "words"} <= set(json.loads(shown.stdout)["domains"])
    (line,) = shown.stderr.splitlines()
    assert "gdl-broken 1.0" in line
    assert complaint in line


def test_the_help_page_and_the_domains_import_nothing_heavy(tmp_path):
    code = "import sys; from gdl_core.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert not {"torch", "numpy", "rdkit", "accelerate", "safetensors", "pyarrow"} & set(loaded.stderr.split())


def test_a_domain_without_a_shipped_model_asks_for_one(plugins):
    shown = gdl("words", "sample", "--count", 1, "--out", "x", plugins=plugins)
    assert shown.returncode == 2
    assert "name a run's folder with --model" in shown.stderr
