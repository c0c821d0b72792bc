"""What the wheels hold is what a user needs, and nothing of the place where they were built."""

import subprocess
import sys
from email import message_from_string
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
NAMES = ("gdl-core", "gdl-image", "gdl-music", "gdl-text", "gdl-molecules", "gdl-3d")
DOMAINS = NAMES[1:]
each = pytest.mark.parametrize("name", NAMES)
each_domain = pytest.mark.parametrize("name", DOMAINS)


class Wheel:
    def __init__(self, path: Path) -> None:
        with ZipFile(path) as archive:
            self.size = path.stat().st_size
            self.files = archive.namelist()
            self.texts = {name: archive.read(name).decode() for name in self.files if ".dist-info/" in name}

    def record(self, ending: str) -> str:
        return next(text for name, text in self.texts.items() if name.endswith(ending))

    @property
    def metadata(self) -> Message:
        return message_from_string(self.record("METADATA"))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> dict[str, Wheel]:
    out = tmp_path_factory.mktemp("wheels")
    subprocess.run([sys.executable, ROOT / "tools/wheels.py", out], check=True, capture_output=True)
    return {path.name.split("-")[0].replace("_", "-"): Wheel(path) for path in out.glob("*.whl")}


def test_six_wheels_are_built_with_one_version(wheels):
    assert set(wheels) == set(NAMES)
    assert len({wheel.metadata["Version"] for wheel in wheels.values()}) == 1


@each
def test_the_metadata_names_no_path_and_no_address(wheels, name):
    assert " @ " not in wheels[name].record("METADATA")


@each
def test_the_licence_is_named_and_enclosed(wheels, name):
    assert wheels[name].metadata["License-Expression"] == "Apache-2.0"
    assert wheels[name].record("licenses/LICENSE") == (ROOT / "LICENSE").read_text()


@each
def test_the_package_is_typed_and_brings_no_tests(wheels, name):
    package = name.replace("-", "_")
    assert f"{package}/py.typed" in wheels[name].files
    assert {file.split("/")[0] for file in wheels[name].files if ".dist-info/" not in file} == {package}
    assert not any("__pycache__" in file or "/test_" in file for file in wheels[name].files)


@each
def test_a_wheel_stays_small_enough_to_download_in_a_moment(wheels, name):
    assert wheels[name].size < 25e6


@each_domain
def test_a_domain_requires_the_core_of_its_series(wheels, name):
    needs = wheels[name].metadata.get_all("Requires-Dist")
    assert "gdl-core (>=0.1,<0.2)" in needs
    assert not any(other in need for need in needs for other in DOMAINS)


@each_domain
def test_a_domain_announces_itself(wheels, name):
    word = name.removeprefix("gdl-")
    assert wheels[name].record("entry_points.txt").split() == ["[gdl.domains]", f"{word}=gdl_{word}.domain:DOMAIN"]


def test_the_core_brings_the_command(wheels):
    assert "gdl=gdl_core.cli:main" in wheels["gdl-core"].record("entry_points.txt").split()
