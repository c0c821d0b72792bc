"""`gdl image` inside the test's own process."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from gdl_core.cli import application, main
from gdl_core.domains import Installed
from gdl_image.domain import DOMAIN


@dataclass(frozen=True)
class Ended:
    """How a call of `gdl` ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def gdl(monkeypatch, capsys) -> Callable[..., Ended]:
    """Call ``gdl image`` with words, and get its exit code and what it wrote."""
    monkeypatch.setattr(application, "discover", lambda: Installed({"image": DOMAIN}))

    def call(*words: object) -> Ended:
        capsys.readouterr()
        code = main(["image", *map(str, words)])
        return Ended(code, *capsys.readouterr())

    return call
