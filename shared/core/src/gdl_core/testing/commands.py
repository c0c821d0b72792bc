"""The command line inside a test's own process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gdl_core.cli import application, main
from gdl_core.domains import Installed


@dataclass(frozen=True)
class Ended:
    """How a call of `gdl` ended."""

    code: int
    out: str
    err: str


def command_line(monkeypatch: Any, capsys: Any, installed: Installed, *before: str) -> Callable[..., Ended]:
    """Return what calls `gdl` with words, behind those of `before`, as if these domains were the installed ones.

    The first two are pytest's fixtures of these names.
    """
    monkeypatch.setattr(application, "discover", lambda: installed)

    def call(*words: object) -> Ended:
        capsys.readouterr()
        code = main([*before, *map(str, words)])
        return Ended(code, *capsys.readouterr())

    return call
