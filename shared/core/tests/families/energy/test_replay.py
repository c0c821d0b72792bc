"""Chains that outlive a training step, and a run that is cut short."""

import pytest
import torch

from gdl_core.checkpoint.weights import read_tensors
from gdl_core.data import Dataset
from gdl_core.families.energy.replay import Replay
from gdl_core.pairing import Design, build
from gdl_core.spaces import Vector
from gdl_core.training import TrainingOptions, train


def test_chains_that_never_moved_begin_anew_and_later_only_the_share_that_is_asked_for():
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        replay = Replay([(1,)], chains=4000, reach=1)
        rows, fresh = replay.choose(4000), torch.full((4000, 1), 7.0)
        assert bool((replay.take(rows, [fresh], restarts=0.0)[0] == 7).all())
        replay.put(rows, [torch.zeros(4000, 1)])
        share = float((replay.take(rows, [fresh], restarts=0.05)[0] == 7).float().mean())
    assert share == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / 4000) ** 0.5)


def test_a_chain_is_chosen_once_at_most_and_from_those_in_reach():
    replay = Replay([(1,)], chains=100, reach=3)
    assert sorted(replay.choose(200).tolist()) == list(range(100))
    assert int(max(replay.choose(10).max() for _ in range(20))) < 30


def test_chains_stay_where_they_were_put():
    replay = Replay([(2,), (3,)], chains=8, reach=1)
    replay.put(torch.tensor([5, 1]), [torch.ones(2, 2), torch.tensor([[1.0] * 3, [2.0] * 3])])
    values = replay.take(torch.tensor([1, 5]), [torch.zeros(2, 2), torch.zeros(2, 3)], restarts=0.0)
    assert values[1].tolist() == [[2.0] * 3, [1.0] * 3]


class Killed(Exception):
    """Stands for a process that ends in the middle of a run."""


@pytest.mark.parametrize("variant", ["langevin", "joint"])
def test_a_run_that_is_resumed_ends_with_the_same_chains_and_saved_models_have_none(variant, tmp_path):
    space = Vector(2)
    options = TrainingOptions(steps=6, batch_size=4, evaluate_every=4, checkpoint_every=0.0, precision="float32")
    samples = list(torch.randn(12, 2, generator=torch.Generator().manual_seed(0)))
    data = Dataset.from_samples(space, samples, domain="none", representation={"name": "none", "config": {}})
    design = Design("energy", space, variant=variant, family_options={"chains": 16}, network_options={"width": 8})

    def die(event):
        if event["step"] == 3:
            raise Killed

    train(build(design), data, tmp_path / "whole", options=options, design=design)
    with pytest.raises(Killed):
        train(build(design), data, tmp_path / "broken", options=options, design=design, progress=die)
    train(build(design), data, tmp_path / "broken", options=options, design=design, resume=True)
    expected, found = (
        read_tensors(tmp_path / run / "checkpoints" / "6" / "memory.safetensors") for run in ("whole", "broken")
    )
    assert expected.keys() == {"replay.begun", "replay.part0"}
    assert bool(expected["replay.begun"].any()) and bool(expected["replay.part0"].any())
    assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())
    saved = read_tensors(tmp_path / "whole" / "model" / "model.safetensors")
    assert not [name for name in saved if name.startswith("replay.")]
