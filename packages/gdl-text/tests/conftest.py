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
def save(tmp_path_factory) -> Callable[..., Path]:
    """Save an untrained model of a representation and a family; return its folder."""

    def call(representation, family, **options) -> Path:
        network = {"width": 16, "layers": 1, "heads": 2}
        design = Design(family, representation.space, **{"network_options": network, **options})
        pipeline = Pipeline(DOMAIN, representation, build(design), design)
        return pipeline.save(tmp_path_factory.mktemp("model") / "saved")

    return call


@pytest.fixture(scope="session")
def letters(save) -> Path:
    """A small untrained model that writes bytes, in a folder; its context is 16 bytes."""
    return save(Bytes(max_length=16), "autoregressive")
