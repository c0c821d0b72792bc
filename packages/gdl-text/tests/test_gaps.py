"""Gaps are filled from both sides, and all that is known comes back."""

import json
import re

import pytest

from gdl_core.errors import UsageError
from gdl_text import load
from gdl_text.gaps import fill
from gdl_text.representations import BytePairs, Characters
from gdl_text.spelling import bytes_of, readable


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


@pytest.fixture(scope="module")
def written(save):
    """An untrained model that writes from left to right, and has marks for gaps."""
    pairs = BytePairs(vocabulary=260, max_length=40, infill=True).fit(["to be or not to be"] * 3)
    return save(pairs, "autoregressive")


def test_one_that_writes_from_left_to_right_fills_a_gap_of_any_length_up_to_the_greatest(gdl, written):
    pipeline = load(written)
    found = fill(pipeline, "to ___ or not", count=8, gap=20, seed=0)
    middles = [text.removeprefix("to ").removesuffix(" or not") for text in found]
    assert all(text == f"to {middle} or not" for text, middle in zip(found, middles, strict=True))
    assert max(len(bytes_of(middle)) for middle in middles) > min(map(len, middles))
    with pytest.raises(UsageError, match="only 0 of 1 draws filled the gaps"):
        fill(pipeline, "to ___ or not", gap=1, top_k=1, seed=0)
    with pytest.raises(UsageError, match="2 gaps, and this model fills one"):
        fill(pipeline, "to ___ or ___")
    with pytest.raises(UsageError, match="a sample here holds at most 40"):
        fill(pipeline, f"to ___{'x' * 40}")
    ended = gdl("infill", "to ___ or not", "--model", written, "--gap", 20, "--count", 8, "--seed", 0, "--json")
    assert json.loads(ended.out)["samples"] == [readable(text) for text in found]


def test_texts_that_are_written_or_drawn_hold_no_marks(gdl, written):
    drawn = json.loads(gdl("sample", "--model", written, "--count", 60, "--raw", "--seed", 0, "--json").out)["samples"]
    assert len(drawn) == 60 and "" not in drawn[1:]
    streamed = [gdl("write", "--model", written, "--seed", seed, "--tokens", 90, "--stop", "zz") for seed in range(3)]
    assert all(ended.code == 0 for ended in streamed)
