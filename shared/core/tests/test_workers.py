"""Several processes give what one gives, and none outlives its caller."""

import os
import subprocess
import sys
import time
from itertools import count, islice

import numpy as np
import pytest

from gdl_core.errors import ResourceError
from gdl_core.workers import batches, crew, spread, travels

ESCAPE = "html:escape"
TEXTS = ["<" * length for length in range(1, 60)]


def test_several_processes_give_what_one_gives_in_the_same_order():
    alone = list(spread(ESCAPE, TEXTS, workers=1))
    assert list(spread(ESCAPE, iter(TEXTS), workers=2, few=10, chunk=7)) == alone
    assert alone[:2] == ["&lt;", "&lt;&lt;"]


def test_an_endless_stream_is_worked_on_as_it_is_asked_for():
    taken = []
    endless = (taken.append(number) or str(number) for number in count())
    assert list(islice(spread("builtins:int", endless, workers=2, few=4, chunk=4), 20)) == list(range(20))
    assert len(taken) <= 20 + 4 * 5


def test_a_chunk_larger_than_any_pipe_gets_through():
    long = ["é\n\udc80" * 300] * 400
    assert list(spread("html:unescape", long, workers=2, few=1, chunk=200)) == long


def test_arrays_come_back_bit_for_bit(monkeypatch, tmp_path):
    (tmp_path / "gdl_test_arrays.py").write_text(
        "import numpy as np\n"
        "def task(length):\n"
        "    return lambda n: (n, [np.full(length, n, np.uint8), np.full((2, 3), n / 2)[:, ::2], np.empty(0)])\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with crew("gdl_test_arrays:task", 300_000, count=1) as ask:
        answers = list(ask([4, 5]))
    assert [value for value, _ in answers] == [4, 5]
    for value, (symbols, numbers, empty) in answers:
        np.testing.assert_array_equal(symbols, np.full(300_000, value, np.uint8), strict=True)
        np.testing.assert_array_equal(numbers, np.full((2, 2), value / 2), strict=True)
        np.testing.assert_array_equal(empty, np.empty(0), strict=True)


def test_a_worker_that_dies_is_reported():
    with pytest.raises(ResourceError, match=r"ended early \(exit code 3\).*fewer workers"):
        list(spread("os:_exit", [3, 3], workers=2, few=1))


def test_a_task_that_fails_is_reported_with_its_traceback():
    with pytest.raises(RuntimeError, match="invalid literal for int"):
        list(spread("builtins:int", ["1", "one"], workers=2, few=1))
    with pytest.raises(RuntimeError, match="has no attribute 'nothing'"):
        list(spread("os:nothing", ["1", "one"], workers=2, few=1))


def test_no_process_outlives_an_interruption_or_delays_it():
    groups = spread("os:getpgid", [0] * 9, workers=2, few=1, chunk=1)
    worker = next(groups)  # each leads a group of its own
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        groups.throw(KeyboardInterrupt)
    assert time.monotonic() - started < 20
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_what_a_task_prints_does_not_get_between_the_answers(capfd):
    assert list(spread("builtins:print", ["{}", "[]"], workers=2, few=1)) == [None, None]
    assert sorted(capfd.readouterr().err.split()) == ["[]", "{}"]


def test_a_script_needs_no_guard_against_being_imported_again(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "print('once')\n"
        "from gdl_core.workers import spread\n"
        f"print(list(spread('{ESCAPE}', ['<', '>'], workers=2, few=1)))\n"
    )
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.stdout == "once\n['&lt;', '&gt;']\n"


def test_workers_start_without_torch():
    code = "import gdl_core.workers, sys; sys.exit('torch' in sys.modules)"
    path = os.pathsep.join(filter(None, sys.path))
    assert subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}).returncode == 0


def test_batches_hold_all_items_in_order():
    assert list(batches("abcdefg", 3)) == [["a", "b", "c"], ["d", "e", "f"], ["g"]]


def test_only_what_json_keeps_travels():
    assert travels(["CCO", 1, 2.5, None, True, {"a": [[]]}])
    assert not any(map(travels, [(1, 2), {1: "a"}, {"a": (1,)}, np.float64(1), [b"x"], {1, 2}]))
