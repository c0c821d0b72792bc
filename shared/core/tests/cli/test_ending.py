"""Whatever goes wrong ends in a few lines and the documented exit code."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import gdl_core
from gdl_core.cli import application, main
from gdl_core.cli.ending import end, ending
from gdl_core.errors import CheckpointError, InputError, RepresentationError, ResourceError, UsageError


class OutOfMemoryError(RuntimeError):
    """Named as torch's."""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (InputError("x"), 4),
        (RepresentationError("x"), 4),
        (CheckpointError("x"), 5),
        (ResourceError("x"), 6),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "out.csv"), 6),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "out.csv"), 6),
        (FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "in.csv"), 4),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), 4),
        (MemoryError(), 6),
        (OutOfMemoryError("CUDA out of memory"), 6),
        (KeyboardInterrupt(), 130),
        (KeyError("who knows"), 1),
        (RuntimeError("line\n" * 50), 1),
    ],
)
def test_every_error_has_its_exit_code_and_at_most_four_lines(error, code, capsys):
    assert end(error, json=False, debug=False) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert 1 <= err.count("\n") <= 4
    assert "Traceback" not in err


def test_a_fault_of_ours_is_called_one():
    assert "this is a fault in gdl; --debug shows where" in ending(KeyError("x"))[1]


def test_debug_shows_where_it_happened(gdl, monkeypatch):
    assert "Traceback" not in gdl("words", "sample", "--model", "nowhere").err
    for words in (["--debug", "words", "sample"], ["words", "sample", "--debug"]):
        assert "Traceback" in gdl(*words, "--model", "nowhere").err


def test_with_json_an_error_is_a_document_too(gdl):
    ended = gdl("words", "sample", "--model", "nowhere", "--json")
    assert json.loads(ended.out) == {"error": ended.err.removeprefix("error: ").strip(), "exit_code": 2}
    assert ended.code == 2


def test_an_exit_that_a_verb_asks_for_is_kept():
    assert end(typer.Exit(3), json=True, debug=False) == 3


def test_ctrl_c_while_starting_ends_with_130(monkeypatch, capsys):
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(application, "discover", interrupted)
    assert main(["info"]) == 130
    assert capsys.readouterr().err == "interrupted; nothing half-written was left behind\n"


@pytest.mark.skipif(os.name == "nt", reason="there are no such pipes on Windows")
def test_a_reader_that_leaves_early_ends_it_quietly():
    source = Path(gdl_core.__file__).parents[1]
    code = f"import sys; sys.path.insert(0, {str(source)!r}); from gdl_core.cli import main; sys.exit(main())"
    write = (
        "from gdl_core.cli import application as a; a.run = lambda *w, **k: [print('x' * 99) for _ in range(9999)]; "
    )
    command = [sys.executable, "-c", code.replace("sys.exit", write + "sys.exit")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline() == b"x" * 99 + b"\n"
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
