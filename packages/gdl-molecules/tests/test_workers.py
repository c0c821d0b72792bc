import subprocess
import sys
from itertools import count, islice

import pytest

from gdl_core.errors import ResourceError
from gdl_molecules.workers import batches, spread

CANONICAL = "gdl_molecules.measures:identity"
CHAINS = ["O" + "C" * length for length in range(1, 60)]


def test_several_processes_give_what_one_gives_in_the_same_order():
    alone = list(spread(CANONICAL, CHAINS, workers=1))
    assert list(spread(CANONICAL, iter(CHAINS), workers=2, few=10, chunk=7)) == alone
    assert alone[:2] == ["CO", "CCO"]


def test_an_endless_stream_is_worked_on_as_it_is_asked_for():
    endless = ("C" * (number % 9 + 1) for number in count())
    assert list(islice(spread(CANONICAL, endless, workers=2, few=4, chunk=4), 20))[9:11] == ["C", "CC"]


def test_a_chunk_larger_than_any_pipe_gets_through():
    long = ["C" * 900] * 400
    assert list(spread("gdl_molecules.chemistry:canonical", long, workers=2, few=1, chunk=200)) == long


def test_a_worker_that_fails_is_reported_and_leaves_no_process(capfd):
    with pytest.raises(ResourceError, match="ended before its work was done"):
        list(spread("gdl_molecules.chemistry:canonical", ["C", "C1C"], workers=2, few=1))
    capfd.readouterr()  # the worker says why


def test_batches_hold_all_items_in_order():
    assert list(batches("abcdefg", 3)) == [["a", "b", "c"], ["d", "e", "f"], ["g"]]


def test_a_script_needs_no_guard_against_being_imported_again(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "print('once')\n"
        "from gdl_molecules.workers import spread\n"
        f"print(list(spread('{CANONICAL}', ['OC', 'OCC'], workers=2, few=1)))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout == "once\n['CO', 'CCO']\n"


def test_workers_start_without_torch():
    code = "import gdl_molecules.measures, gdl_molecules.conformers, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
