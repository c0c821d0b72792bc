"""The loop trains, stops, averages, validates and reports as it says."""

import json
import math

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from gdl_core import checkpoint
from gdl_core.data import Dataset
from gdl_core.errors import ResourceError, UsageError
from gdl_core.families import Draws, Family, Phase
from gdl_core.pairing import Design
from gdl_core.spaces import Tokens, Vector

STEADY = Design(  # no dropout: two ways to the same step can be compared
    "autoregressive", Tokens(26, 30), "transformer", network_options={"width": 16, "layers": 1, "heads": 2}
)


def log_of(done):
    return [json.loads(line) for line in (done.folder / "log.jsonl").read_text().splitlines()]


def weights_of(done, step=None):
    return load_file(done.folder / "checkpoints" / str(step or done.steps) / "weights.safetensors")


def assert_same(weights, others, tolerance=0.0):
    assert weights.keys() == others.keys()
    for name, weight in weights.items():
        torch.testing.assert_close(weight, others[name], atol=tolerance, rtol=0)


def test_words_are_learnt(run, words):
    done = run(steps=150)
    losses = [entry["validation"] for entry in log_of(done) if entry["event"] == "validation"]
    letters = np.bincount(words.arrays["tokens"], minlength=26) / len(words.arrays["tokens"])
    entropy = -(letters[letters > 0] * np.log(letters[letters > 0])).sum()
    assert losses[0] > 3.0
    assert done.validation == min(losses) < entropy  # better than knowing how often each letter comes
    assert done.unit == "nats per token"


def test_the_model_of_a_run_is_the_average_that_was_best(run):
    done = run()
    loaded = checkpoint.load(done.folder, domain="words")
    best = min(
        (entry for entry in log_of(done) if entry["event"] == "validation"), key=lambda entry: entry["validation"]
    )
    training = loaded.config["info"]["training"]
    assert (training["steps"], training["validation"]) == (best["step"], best["validation"])
    assert loaded.representation == {"name": "letters", "config": {}}
    inner = checkpoint.load(done.folder / "checkpoints" / str(done.steps) / "model")
    assert inner.design == loaded.design


def test_every_step_is_in_the_log_once_and_the_listener_hears_the_same(run):
    heard = []
    done = run(steps=40, progress=heard.append)
    entries = log_of(done)
    assert [entry for entry in heard if entry["event"] != "checkpoint"] == entries
    steps = [entry["step"] for entry in entries if entry["event"] == "step"]
    assert steps == sorted(set(steps)) and steps[-1] == 40
    assert [entry["step"] for entry in entries if entry["event"] == "validation"] == list(range(5, 41, 5))
    wanted = {"loss", "unit", "learning_rate", "gradient_norm", "samples_per_second", "elements_per_second", "epoch"}
    assert wanted | {"elapsed", "remaining"} <= entries[0].keys()
    assert all(math.isfinite(value) for value in entries[0].values() if isinstance(value, float))


def test_the_global_random_state_neither_matters_nor_changes(run):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = run("first")
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(7)
    second = run("second")
    assert_same(weights_of(first), weights_of(second))
    assert any(not torch.equal(w, weights_of(run("third", seed=1))[n]) for n, w in weights_of(first).items())


def test_micro_batches_change_the_gradient_by_rounding_only(run):
    first, second = run("one", steps=1, design=STEADY), run("three", steps=1, accumulate=3, design=STEADY)
    assert_same(gradient_of(first), gradient_of(second), 1e-7)


def test_a_run_by_time_ends_in_time_and_its_rate_falls_to_nothing(run):
    done = run(time=1.0)
    assert done.reason == "time"
    assert 1.0 <= done.elapsed < 3.0
    rates = [entry["learning_rate"] for entry in log_of(done) if entry["event"] == "step"]
    assert rates[-1] < 0.1 * max(rates)


def test_a_run_without_progress_is_stopped_and_its_best_model_kept(run):
    done = run(steps=1000, learning_rate=0.0, patience=3, ema_decay=0.0)
    assert (done.reason, done.steps) == ("patience", 20)  # 5 was the best, then three that were not
    assert checkpoint.load(done.folder).config["info"]["training"]["steps"] == 5


def test_without_held_out_samples_the_last_model_is_saved(run):
    done = run(validation_share=0.0)
    assert done.validation is None
    assert checkpoint.load(done.folder).config["info"]["training"]["steps"] == 12
    assert {entry["event"] for entry in log_of(done)} == {"step"}


def test_eight_samples_are_learnt_by_heart(run, words):
    samples = words.space.separate(words.batch(range(8)))
    eight = Dataset.from_samples(words.space, samples, domain="words", representation=words.representation_config)
    done = run(data=eight, steps=200, validation_share=0.0, design=STEADY)
    assert done.loss < 1.3 * 8 * math.log(8) / eight.sizes.sum()  # no model can beat one word in eight


def test_a_folder_that_is_there_is_refused_or_replaced_only_if_it_is_a_run(run, tmp_path):
    run()
    with pytest.raises(UsageError, match="exists already; resume it"):
        run()
    assert run(replace=True).steps == 12
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(UsageError, match="is not the folder of a run"):
        run("thesis", replace=True)
    assert (tmp_path / "thesis" / "chapter.txt").exists()


def test_a_batch_that_cannot_be_divided_is_refused(run):
    with pytest.raises(UsageError, match="cannot be divided among 1 processes times 17"):
        run(accumulate=17)


def test_a_device_that_is_not_there_is_named(run):
    with pytest.raises(ResourceError, match="no device 'cuda:99'"):
        run(device="cuda:99")
    with pytest.raises(UsageError, match="no device 'gpu'"):
        run(device="gpu")


# ---- trouble


class Target(Family):
    """A point that is pulled towards the data: small enough to know what every step does."""

    name = "target"

    def __init__(self):
        super().__init__(Vector(2), nn.Module())
        self.near = nn.Parameter(torch.zeros(2))
        self.far = nn.Parameter(torch.zeros(2))
        self.scale = 1.0

    def loss(self, batch):
        return self.scale * ((batch.values - self.near - self.far) ** 2).sum(1)

    def sample(self, streams, *, conditions=None):
        return Draws([])


class TwoPhases(Target):
    def phases(self):
        return [Phase("near", [self.near], self.loss), Phase("far", [self.far], self.loss, every=3)]


ONES = Dataset.from_samples(Vector(2), [torch.ones(2)] * 64, domain="points", representation={"name": "", "config": {}})
POINT = Design("target", Vector(2), "none")


def gradient_of(done):
    """The gradient of the first step, which AdamW's first moment holds a tenth of."""
    tensors = load_file(done.folder / "checkpoints" / str(done.steps) / "optimizer.safetensors")
    return {name: tensor * 10 for name, tensor in tensors.items() if name.endswith("exp_avg")}


def test_a_phase_moves_its_own_parameters_in_its_own_steps(run):
    model = TwoPhases()
    done = run(model=model, design=POINT, data=ONES, steps=2, validation_share=0.0)
    assert not torch.equal(model.near, torch.zeros(2))
    state = load_file(done.folder / "checkpoints" / "2" / "optimizer.safetensors")
    assert state["near/near/step"] == 2 and state["far/far/step"] == 1
    entry = log_of(done)[-1]
    assert entry["losses"].keys() == {"near", "far"}
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_a_loss_that_is_not_finite_ends_the_run_and_names_the_step(run, tmp_path):
    model = Target()

    def spoil(event):
        if event["step"] >= 4:
            model.scale = math.nan

    with pytest.raises(UsageError, match=r"is nan at step 5; .*checkpoints/4 is the last checkpoint before"):
        run(model=model, design=POINT, data=ONES, progress=spoil, evaluate_every=1, checkpoint_every=0.0)
    kept = load_file(tmp_path / "run" / "checkpoints" / "4" / "weights.safetensors")
    assert all(tensor.isfinite().all() for tensor in kept.values())


def test_a_lack_of_memory_says_what_to_change(run):
    class Greedy(Target):
        def loss(self, batch):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB")

    with pytest.raises(ResourceError, match="halve the batch size, or set accumulate to 2"):
        run(model=Greedy(), design=POINT, data=ONES)


def test_a_run_folder_that_cannot_be_written_is_named(run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError, match="cannot write"):
        run("file/run")
