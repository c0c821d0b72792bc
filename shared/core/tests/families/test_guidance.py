"""Training forgets conditions in all the ways in which a user may leave them out."""

from collections import Counter

import pytest
import torch

from gdl_core.families.guidance import drop_conditions
from gdl_core.spaces import Batch

COUNT = 4000


@pytest.fixture
def seeded():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


def patterns(names: str, share: float) -> Counter[str]:
    """Which conditions are left of each sample."""
    conditions = {name: torch.ones(COUNT, 1) for name in names}
    kept = drop_conditions(Batch(torch.zeros(COUNT, 1), conditions=conditions), share).conditions
    left = torch.stack([~kept[name][:, 0].isnan() for name in names], 1)
    return Counter("".join(name for name, is_left in zip(names, row, strict=True) if is_left) for row in left.tolist())


def test_of_one_condition_a_share_forgets_it(seeded):
    found = patterns("a", 0.1)
    assert found[""] / COUNT == pytest.approx(0.1, abs=0.02)
    assert found[""] + found["a"] == COUNT


def test_of_several_conditions_every_choice_is_seen(seeded):
    found = patterns("abc", 0.2)
    assert set(found) == {"", "a", "b", "c", "ab", "ac", "bc", "abc"}
    assert found["abc"] / COUNT == pytest.approx(0.8 * (0.5 + 0.5 / 8), abs=0.03)
    assert found[""] / COUNT == pytest.approx(0.2 + 0.8 * 0.5 / 8, abs=0.03)
    assert found["b"] / COUNT == pytest.approx(0.8 * 0.5 / 8, abs=0.02)


def test_without_a_share_nothing_is_forgotten(seeded):
    assert patterns("ab", 0.0) == {"ab": COUNT}
