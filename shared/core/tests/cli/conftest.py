"""`gdl` inside the test's own process, over the domain `words`."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from words import DOMAIN

from gdl_core.cli import application, main
from gdl_core.domains import Domain, Installed
from gdl_core.testing.commands import Ended, command_line

NAMES = [
    "anna",
    "otto",
    "hannah",
    "level",
    "radar",
    "rotor",
    "civic",
    "kayak",
    "banana",
    "mango",
    "papaya",
    "orange",
    "lemon",
    "melon",
    "cherry",
    "apple",
]
EMPTY = Domain("birds", "new birds, as songs", "bird")


@pytest.fixture
def gdl(monkeypatch, capsys) -> Callable[..., Ended]:
    """Call `gdl` with words, and get its exit code and what it wrote."""
    installed = Installed({"words": DOMAIN, "birds": EMPTY}, ("the domain 'broken' of gdl-broken 1.0 fails to import",))
    run = command_line(monkeypatch, capsys, installed)

    def call(*words: object) -> Ended:
        ended = run(*words)
        complaint = "warning: the domain 'broken' of gdl-broken 1.0 fails to import\n"
        return replace(ended, err=ended.err.replace(complaint, ""))

    return call


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A folder with `words.txt`, the data set `ds` and the trained run `run`. Not to be changed."""
    home = tmp_path_factory.mktemp("home")
    (home / "words.txt").write_text("".join(f"{name}\n" for name in NAMES * 8))
    place, found = Path.cwd(), application.discover
    application.discover = lambda: Installed({"words": DOMAIN})
    os.chdir(home)
    try:
        assert main(["words", "prepare", "words.txt", "--out", "ds"]) == 0
        assert main(["words", "train", "ds", "--out", "run", "--steps", "8", "--device", "cpu"]) == 0
    finally:
        os.chdir(place)
        application.discover = found
    return home


@pytest.fixture
def there(home, monkeypatch) -> Path:
    """Stand in `home`."""
    monkeypatch.chdir(home)
    return home
