"""`gdl text` inside the test's own process."""

from collections.abc import Callable

import pytest

from gdl_core.domains import Installed
from gdl_core.testing.commands import Ended, command_line
from gdl_text.domain import DOMAIN


@pytest.fixture
def gdl(monkeypatch, capsys) -> Callable[..., Ended]:
    """Call ``gdl text`` with words, and get its exit code and what it wrote."""
    return command_line(monkeypatch, capsys, Installed({"text": DOMAIN}), "text")
