"""A game that begins with coarse grids and grows to fine ones, and goes on where it was when it was killed."""

import pytest
import torch

from gdl_core.errors import UsageError
from gdl_core.pairing import Design, build
from gdl_core.spaces import Batch, Grid, Vector
from gdl_core.testing.families import (
    a_killed_run_resumes_bit_for_bit,
    a_saved_model_draws_the_same,
    learn,
    same_randomness,
)

SPACE = Grid(1, (8, 8))
NUMBERS = torch.Generator().manual_seed(0)


def growing(growth: int | None, network: str = "progressive") -> Design:
    options = {} if growth is None else {"growth": growth}
    return Design("gan", SPACE, network, options, {"width": 8})


def scales(model) -> list[float]:
    return [float(model.generator.scale), float(model.critic.scale)]


def test_both_networks_grow_by_the_samples_that_the_critic_sees_in_training():
    model, batch = build(growing(20)), Batch(torch.randn(10, 1, 8, 8, generator=NUMBERS))
    assert scales(model) == [0, 0]
    seen = []
    with same_randomness():
        for _ in range(5):
            for phase in model.train().phases():
                phase.loss(batch)
            seen.append(scales(model)[0])
        assert seen == [0, 0, 0.5, 1, 1] and scales(model) == [1, 1]
        model.eval().critic_loss(batch)
    assert int(model.growth.seen) == 50


def test_a_model_that_does_not_grow_works_at_all_scales_from_the_start():
    assert scales(build(growing(None))) == [1, 1]


def test_a_finer_scale_learns_nothing_before_its_turn():
    model, batch = build(growing(10)), Batch(torch.randn(10, 1, 8, 8, generator=NUMBERS))
    fine = [*model.generator.stages[1].parameters(), *model.critic.stages[0].parameters()]
    before = [parameter.clone() for parameter in fine]
    with same_randomness():
        learn(model.eval(), batch, steps=3)
        assert all(map(torch.equal, before, fine))
        learn(model.train(), batch, steps=3)
    assert not any(map(torch.equal, before, fine))


@pytest.mark.parametrize("growth", [4, 7])
def test_a_run_that_dies_while_a_scale_is_held_or_fades_in_resumes_bit_for_bit(growth):
    a_killed_run_resumes_bit_for_bit(growing(growth), list(torch.randn(9, 1, 8, 8, generator=NUMBERS)))


def test_a_saved_model_draws_at_the_scale_to_which_it_has_grown():
    a_saved_model_draws_the_same(growing(4), list(torch.randn(9, 1, 8, 8, generator=NUMBERS)))


def test_networks_that_do_not_grow_are_an_error():
    with pytest.raises(UsageError, match="ResidualGenerator does not grow"):
        build(growing(10, "residual"))
    with pytest.raises(UsageError, match="1 sample or more"):
        build(growing(0))
    with pytest.raises(UsageError, match="does not grow"):
        build(Design("gan", Vector(2), family_options={"growth": 10}))
