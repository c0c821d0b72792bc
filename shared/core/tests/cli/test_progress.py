"""Progress is a bar on a terminal and a few plain lines elsewhere."""

import math
import sys

from gdl_core.cli import progress
from gdl_core.cli.progress import counting, shown

STEP = {
    "event": "step", "step": 1200, "loss": 0.5, "unit": "nats per token", "samples_per_second": 99.6,
    "elapsed": 30.0, "remaining": 90.0,
}  # fmt: skip
VALIDATION = {"event": "validation", "step": 1200, "validation": 0.45, "unit": "nats per token"}
CHECKPOINT = {"event": "checkpoint", "step": 1200, "path": "run/checkpoints/1200"}


def test_elsewhere_than_on_a_terminal_lines_come_seldom_and_hold_the_time_left(capsys, monkeypatch):
    monkeypatch.setattr(progress, "SLOW_START", 0.0)
    with shown() as place:
        for event in (STEP, STEP, STEP, CHECKPOINT, VALIDATION):
            place.event(event)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "step 1,200  loss 0.5000 nats per token  100 samples/s  1 min 30 s left",
        "step 1,200  validation 0.4500 nats per token",
    ]


def test_quick_work_says_nothing(capsys):
    with counting("sampled", 10) as progressed:
        progressed(10)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_one_bar_for_all_parts_of_the_work(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with shown() as place:
        place.count("prepared", 4096)
        for event in ({**STEP, "remaining": math.inf}, VALIDATION, CHECKPOINT, STEP):
            place.event(event)
        assert place.progress.tasks[0].percentage == 25.0
        assert place.progress.tasks[0].fields["left"] == "1 min 30 s left"
        assert "validation 0.4500" in place.progress.tasks[0].description
        print("a skipped record", file=sys.stderr)
    assert "a skipped record" in capsys.readouterr().err
