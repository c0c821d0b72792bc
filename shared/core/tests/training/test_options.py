"""Options that make no sense are refused by name; the learning rate rises and falls as it should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdl_core.errors import UsageError
from gdl_core.training import TrainingOptions
from gdl_core.training.schedule import fraction_done, learning_rate


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "by steps or by time"),
        ({"steps": 1, "time": 1.0}, "by steps or by time"),
        ({"steps": 0}, "steps is 0; it must be at least 1"),
        ({"steps": 1, "batch_size": 0}, "batch_size is 0"),
        ({"steps": 1, "learning_rate": float("nan")}, "learning_rate is nan"),
        ({"steps": 1, "ema_decay": 1.0}, "ema_decay is 1.0"),
        ({"steps": 1, "precision": "bfloat"}, "did you mean 'bfloat16'"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_by_name(options, message):
    with pytest.raises(UsageError, match=message):
        TrainingOptions(**options)


def test_a_misspelt_option_of_a_recipe_names_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'batch_size'"):
        TrainingOptions.from_config({"steps": 1, "batchsize": 8})


def test_options_survive_json():
    options = TrainingOptions(time=60.0, batch_size=8, seed=3)
    assert TrainingOptions.from_config(options.to_config()) == options


@given(steps=st.integers(1, 10_000), warmup=st.integers(0, 1000))
def test_the_learning_rate_rises_once_then_falls_to_nothing(steps, warmup):
    options = TrainingOptions(steps=steps, warmup_steps=warmup, learning_rate=1.0)
    rates = [learning_rate(options, step, step / steps) for step in range(0, steps, max(steps // 100, 1))]
    peak = rates.index(max(rates))
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert min(rates) > 0 and max(rates) <= 1
    assert peak <= 0.1 * len(rates) + 2  # warm-up takes a tenth of the run at most
    assert learning_rate(options, steps, 1.0) == pytest.approx(0, abs=1e-12)


def test_a_run_by_time_follows_the_clock():
    options = TrainingOptions(time=100.0)
    assert fraction_done(options, step=10**6, elapsed=25.0) == 0.25
    assert fraction_done(options, step=0, elapsed=130.0) == 1.0
