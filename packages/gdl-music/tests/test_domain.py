"""The domain holds its place: it is found, it is light, and it says that nothing is there yet."""

import subprocess
import sys

import pytest

from gdl_core.domains import discover
from gdl_core.errors import UsageError
from gdl_music.domain import DOMAIN


def test_the_installed_distribution_makes_the_domain_known():
    assert discover().find("music") == DOMAIN


def test_the_domain_says_plainly_that_nothing_is_there_yet():
    with pytest.raises(UsageError, match="nothing is there yet"):
        DOMAIN.representation()


def test_the_domain_is_imported_without_anything_heavy():
    code = "import sys, gdl_music.domain; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "numpy", "typer"} & set(loaded)
