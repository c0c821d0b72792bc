"""Bits per dimension follow from nats."""

import math

import pytest

from gdl_core.cli.score import Scored


def test_a_uniform_choice_among_256_levels_costs_eight_bits_per_dimension():
    scored = Scored("pictures", "exact", count=3, total=3 * 10 * -math.log(256), dimensions=10)
    assert scored.bits == pytest.approx(8)
    assert scored.facts()["bits_per_dimension"] == pytest.approx(8)
    assert scored.summary().endswith("over 3; 8.0000 bits per dimension")


def test_a_bound_says_that_the_bits_are_at_most_so_many():
    scored = Scored("pictures", "lower_bound", count=1, total=-math.log(2), dimensions=1)
    assert scored.summary().endswith("at most 1.0000 bits per dimension")


def test_what_is_no_grid_of_levels_has_no_bits_per_dimension():
    scored = Scored("words", "exact", count=1, total=-2.0)
    assert scored.bits is None and "bits_per_dimension" not in scored.facts() and "bits" not in scored.summary()
