"""What the README tells a newcomer to paste is what is tested here, word for word."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
READMES = [ROOT / f"packages/gdl-{name}/README.md" for name in ("molecules", "image")]
PAGES = [ROOT / "README.md", *READMES, *(ROOT / "docs").glob("*.md")]
GDL = Path(sys.executable).with_name("gdl")
NETWORK_OFF = """
import socket
def refuse(*_, **__):
    raise OSError("the network is off")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
"""


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language ("" where none is named), in order."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for name, block in found if name == language]


FIRST_COMMAND, TEST_COMMAND = (block.strip() for block in blocks(README, "sh"))
(PYTHON,) = blocks(README, "python")


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """A fresh copy of the checkout in which the README's first command has been run."""
    folder = tmp_path_factory.mktemp("clone")
    ours = shutil.ignore_patterns("__pycache__", "build", "dist", ".*_cache", ".hypothesis")
    for part in ("shared", "packages"):
        shutil.copytree(ROOT / part, folder / part, ignore=ours)
    shutil.copy(ROOT / "constraints.txt", folder)
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    subprocess.run(["bash", "-ec", FIRST_COMMAND], cwd=folder, env=environment, check=True)
    return folder


def test_each_command_is_one_line_to_paste():
    assert "\n" not in FIRST_COMMAND
    assert "\n" not in TEST_COMMAND


def test_continuous_integration_runs_the_test_command_word_for_word():
    lines = [line.strip() for line in (ROOT / ".ci/run").read_text().splitlines()]
    assert TEST_COMMAND in lines


def test_the_lines_of_python_are_about_ten():
    assert len(PYTHON.splitlines()) <= 11


@pytest.mark.slow
def test_the_first_command_writes_a_thousand_molecules_and_a_picture(clone):
    with (clone / "molecules.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert len({tuple(row) for row in rows[1:]}) == 1000
    assert (clone / "molecules.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_the_lines_of_python_run_as_pasted_with_the_network_off(clone):
    done = subprocess.run(
        [clone / ".venv/bin/python", "-c", NETWORK_OFF + PYTHON], cwd=clone, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (clone / "molecules.sdf").read_text().count("$$$$") == 1000
    assert "<svg" in (clone / "molecules.svg").read_text()


def commands() -> list[str]:
    texts = [page.read_text() for page in PAGES]
    lines = [line for text in texts for block in blocks(text, "sh") + blocks(text, "") for line in block.splitlines()]
    return sorted({line.split("&& .venv/bin/")[-1] for line in lines if re.search(r"(^|&& \.venv/bin/)gdl ", line)})


@pytest.mark.parametrize("command", commands())
def test_every_command_of_the_pages_is_one_that_gdl_has(command, tmp_path):
    _, domain, verb, *words = shlex.split(command)
    shown = subprocess.run([GDL, domain, verb, "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    assert [word for word in words if word.startswith("--") and word not in shown.stdout] == []
