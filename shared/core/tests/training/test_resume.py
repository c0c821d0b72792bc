"""A run that was stopped, however rudely, ends with the very weights of one that was not."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from gdl_core import checkpoint
from gdl_core.data import Dataset
from gdl_core.errors import CheckpointError, ResourceError, UsageError
from gdl_core.pairing import Design
from gdl_core.spaces import Tokens
from gdl_core.training import Interrupted
from gdl_core.training.machine import check_world

SCRIPT = """
import sys
import torch
from gdl_core.data import Dataset
from gdl_core.pairing import Design, build
from gdl_core.spaces import Tokens
from gdl_core.training import TrainingOptions, train

torch.set_num_threads(1)
torch.manual_seed(int(sys.argv[3]))  # what the program did before must not matter
space = Tokens(26, 30)
samples = [torch.arange(length) % 26 for length in range(1, 30)] * 10
data = Dataset.from_samples(space, samples, domain="words", representation={"name": "letters", "config": {}})
design = Design("autoregressive", space, "transformer",
                network_options={"width": 16, "layers": 1, "heads": 2, "dropout": 0.2})
options = TrainingOptions(steps=120, batch_size=16, evaluate_every=7, checkpoint_every=0.01, validation_share=0.1,
                          device="cpu", learning_rate=0.01, warmup_steps=5)
train(build(design), data, sys.argv[1], options=options, design=design, resume=sys.argv[2] == "resume",
      progress=lambda event: print(event["event"], event["step"], flush=True))
"""


def files_of(folder):
    """The bytes of all weights of a finished run."""
    inner = [*(folder / "model").glob("*.safetensors"), *(folder / "checkpoints" / "120").rglob("*.safetensors")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in inner}


def events_of(folder, kind):
    entries = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [entry for entry in entries if entry["event"] == kind]


def start(script, folder, mode, seed):
    command = [sys.executable, script, folder, mode, str(seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})


@pytest.mark.slow
def test_kill_9_at_any_moment_changes_no_bit_of_the_result(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    assert start(script, tmp_path / "whole", "new", 0).wait() == 0
    chance = random.Random(os.urandom(8))
    killed = 0
    process = start(script, tmp_path / "killed", "new", 1)
    while True:
        for _ in range(chance.randrange(1, 60)):
            process.stdout.readline()
        try:
            process.wait(chance.random() * 0.05 if killed < 4 else 300)
        except subprocess.TimeoutExpired:
            process.kill()
        if process.wait() == 0:
            break
        assert process.returncode == -signal.SIGKILL
        killed += 1
        process = start(script, tmp_path / "killed", "resume", killed)
    assert killed >= 1
    assert files_of(tmp_path / "killed") == files_of(tmp_path / "whole")
    steps = [entry["step"] for entry in events_of(tmp_path / "killed", "step")]
    assert steps == sorted(set(steps))
    losses = [
        [(e["step"], e["validation"]) for e in events_of(tmp_path / f, "validation")] for f in ("killed", "whole")
    ]
    assert losses[0] == losses[1]
    assert sorted(path.name for path in (tmp_path / "killed").iterdir()) == [
        "checkpoints", "log.jsonl", "model", "run.json"
    ]  # fmt: skip


def interrupt(step, number):
    """Make a listener that sends this process a signal at a step."""

    def listen(event):
        if event["event"] == "validation" and event["step"] == step:
            signal.raise_signal(number)

    return listen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_stop_saves_first_and_says_so(run, number):
    whole = run("whole")
    before = signal.getsignal(number)
    with pytest.raises(Interrupted, match=r"stopped at step 5; .*stopped can be resumed"):
        run("stopped", progress=interrupt(5, number))
    assert signal.getsignal(number) is before
    resumed = run("stopped", resume=True)
    assert files(resumed) == files(whole)
    assert (resumed.validation, resumed.steps) == (whole.validation, whole.steps)


def files(done):
    return {path.name: path.read_bytes() for path in (done.folder / "checkpoints" / "12").glob("*.safetensors")}


def test_a_finished_run_is_left_alone(run):
    done = run()
    model = (done.folder / "model" / "config.json").read_bytes()
    again = run(resume=True)
    assert (again.steps, again.validation, again.reason) == (done.steps, done.validation, "steps")
    assert (done.folder / "model" / "config.json").read_bytes() == model


def test_patience_counts_on_after_a_stop(run):
    options = {"steps": 1000, "learning_rate": 0.0, "patience": 3, "ema_decay": 0.0}
    with pytest.raises(Interrupted):
        run(**options, progress=interrupt(15, signal.SIGINT))
    assert (run(**options, resume=True).steps, "best at 5, then three without") == (20, "best at 5, then three without")


def test_the_time_of_a_run_counts_on_after_a_stop(run):
    with pytest.raises(Interrupted):
        run(time=1.0, progress=interrupt(5, signal.SIGINT))
    done = run(time=1.0, resume=True)
    assert 1.0 <= done.elapsed < 2.5


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(run):
    whole = run("whole")
    done = run("damaged", checkpoint_every=0.0)
    newest = done.folder / "checkpoints" / "12"
    content = bytearray((newest / "weights.safetensors").read_bytes())
    content[-1] ^= 1
    (newest / "weights.safetensors").write_bytes(content)
    assert files(run("damaged", checkpoint_every=0.0, resume=True)) == files(whole)
    for path in (done.folder / "checkpoints").glob("*/state.json"):
        path.write_text("{")
    with pytest.raises(CheckpointError, match="is damaged"):
        run("damaged", resume=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"learning_rate": 0.02}, "started with learning_rate=0.01, not 0.02"),
        ({"steps": 13}, "started with steps=12, not 13"),
        ({"domain": "music"}, "another domain .*words. then, .music. now"),
        ({"design": Design("autoregressive", Tokens(26, 30), "recurrent")}, "another design .*network"),
    ],
)
def test_what_would_change_the_result_is_refused_by_name(run, changes, message):
    run()
    with pytest.raises(UsageError, match=message):
        run(resume=True, **changes)


def test_other_data_are_refused_and_options_that_change_nothing_are_not(run, words):
    run()
    fewer = Dataset.from_samples(
        words.space, words.space.separate(words.batch(range(99))), domain="words",
        representation=words.representation_config,
    )  # fmt: skip
    with pytest.raises(UsageError, match="another data .*count: .* then, 99 now"):
        run(resume=True, data=fewer)
    assert run(resume=True, checkpoint_every=1.0).steps == 12


def test_there_must_be_a_run_to_resume(run, tmp_path):
    with pytest.raises(UsageError, match="holds no run to resume"):
        run(resume=True)
    run()
    (tmp_path / "run" / "run.json").write_text('{"format": 99}')
    with pytest.raises(CheckpointError, match="newer gdl"):
        run(resume=True)


def test_a_run_that_was_killed_before_its_first_checkpoint_starts_over(run, tmp_path):
    whole = run("whole")
    run("early")
    shutil.rmtree(tmp_path / "early" / "checkpoints")
    (tmp_path / "early" / "checkpoints").mkdir()
    assert files(run("early", resume=True)) == files(whole)


def test_a_full_disk_ends_the_run_and_leaves_the_last_checkpoint_whole(run, tmp_path):
    whole = run("whole")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_the_disk(event):
        if event["event"] == "validation" and event["step"] == 5:
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))

    try:
        with pytest.raises(ResourceError, match=r"cannot write .*: no room is left on the disk"):
            run("full", progress=fill_the_disk, checkpoint_every=0.0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list((tmp_path / "full").rglob("*.partial"))
    assert checkpoint.load(tmp_path / "full").config["info"]["training"]["steps"] == 5
    assert files(run("full", resume=True)) == files(whole)


# ---- several processes

PROCESSES = """
import os
import sys
import torch
from gdl_core.data import Dataset
from gdl_core.pairing import Design, build
from gdl_core.spaces import Tokens
from gdl_core.training import TrainingOptions, train

torch.set_num_threads(1)
space = Tokens(26, 30)
samples = [torch.arange(length) % 26 for length in range(1, 30)] * 10
data = Dataset.from_samples(space, samples, domain="words", representation={"name": "letters", "config": {}})
design = Design("autoregressive", space, "transformer", network_options={"width": 16, "layers": 1, "heads": 2})
for steps in (1, 25):
    options = TrainingOptions(steps=steps, batch_size=15, evaluate_every=10, checkpoint_every=0.01, device="cpu",
                              validation_share=0.1, precision="float32", accumulate=2)
    seed = int(os.environ.get("RANK", 0))  # all start from the first one's weights, whatever their own
    done = train(build(design, seed=seed), data, f"{sys.argv[1]}/{steps}", options=options, design=design)
    assert done.steps == steps
    again = train(build(design), data, f"{sys.argv[1]}/{steps}", options=options, design=design, resume=True)
    assert again.validation == done.validation
"""


@pytest.mark.slow
def test_two_processes_find_the_gradient_of_one(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(PROCESSES)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    torchrun = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"]
    for name, launcher in (("one", []), ("two", torchrun)):
        command = [sys.executable, *launcher, script, tmp_path / name]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
    first, second = (load_file(tmp_path / name / "1/checkpoints/1/optimizer.safetensors") for name in ("one", "two"))
    for name, moment in first.items():
        if name.endswith("exp_avg"):  # after one step a tenth of the gradient
            torch.testing.assert_close(moment * 10, second[name] * 10, atol=1e-6, rtol=0)
    ends = [load_file(tmp_path / name / "25/model/model.safetensors") for name in ("one", "two")]
    for name, weight in ends[0].items():
        torch.testing.assert_close(weight, ends[1][name], atol=1e-4, rtol=0)
    logs = [events_of(tmp_path / name / "25", "validation") for name in ("one", "two")]
    for one, two in zip(*logs, strict=True):
        assert one["validation"] == pytest.approx(two["validation"], abs=1e-5)


def test_a_process_that_is_alone_where_two_were_promised_refuses(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match="2 processes were started but 1 found each other"):
        check_world(1)
