"""Gaps are filled from both sides, and all that is known comes back."""

import json
import re

import pytest

from gdl_core.errors import UsageError
from gdl_text import load
from gdl_text.gaps import fill
from gdl_text.representations import Characters


@pytest.fixture(scope="module")
def masked(save):
    """An untrained model that hides characters."""
    representation = Characters(max_length=24).fit(["to be or not to be, that is the question"])
    return save(representation, "diffusion", variant="masked")


def test_what_is_known_comes_back_and_each_underscore_becomes_a_character(gdl, masked):
    ended = gdl("infill", "to ___ or ____ to be", "--model", masked, "--count", 20, "--seed", 0, "--json")
    found = json.loads(ended.out)["samples"]
    assert len(found) == 20 and all(re.fullmatch("to .{3} or .{4} to be", text) for text in found)
    assert len(set(found)) > 10


def test_a_gap_has_as_many_tokens_as_is_asked_and_one_at_the_end_may_end_early(masked):
    found = fill(load(masked), "to be___", count=30, gap=6, seed=1)
    assert all(re.fullmatch("to be.{0,6}", text) for text in found)
    assert max(map(len, found)) == 11


def test_a_text_without_gap_or_too_long_or_a_family_that_cannot_is_refused(masked, letters):
    with pytest.raises(UsageError, match="no gap"):
        fill(load(masked), "to be")
    with pytest.raises(UsageError, match="35 tokens with its gaps; a sample here holds at most 24"):
        fill(load(masked), "to be___", gap=30)
    with pytest.raises(UsageError, match="cannot draw around what is known"):
        fill(load(letters), "to ___ be")
