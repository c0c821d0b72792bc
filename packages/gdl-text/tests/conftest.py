"""`gdl text` inside the test's own process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gdl_core.domains import Installed
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_core.testing.commands import Ended, command_line
from gdl_text.domain import DOMAIN
from gdl_text.representations import Bytes


@pytest.fixture
def gdl(monkeypatch, capsys) -> Callable[..., Ended]:
    """Call ``gdl text`` with words, and get its exit code and what it wrote."""
    return command_line(monkeypatch, capsys, Installed({"text": DOMAIN}), "text")


@pytest.fixture(scope="session")
def letters(tmp_path_factory) -> Path:
    """A small untrained model that writes bytes, in a folder; its context is 16 bytes."""
    return saved(tmp_path_factory, Bytes(max_length=16), "autoregressive")


def saved(tmp_path_factory, representation, family, **options) -> Path:
    """Save an untrained model of a representation."""
    network = {"width": 16, "layers": 1, "heads": 2}
    design = Design(family, representation.space, **{"network_options": network, **options})
    place = tmp_path_factory.mktemp("model") / "saved"
    return Pipeline(DOMAIN, representation, build(design), design).save(place)
