"""Measures of words have the values that can be counted by hand."""

import pytest

from gdl_text.metrics.words import distinct, self_bleu, words

LINE = "shall i compare thee to a summer's day thou art more lovely and more temperate"
SONNET = LINE.split(" ")


def test_a_word_keeps_its_apostrophe_and_loses_all_else():
    assert words("Summer’s day -- 'tis NAÏVE_2.") == ["summer’s", "day", "tis", "naïve", "2"]


def test_distinct_counts_runs_within_texts_only():
    assert distinct([["a", "b"], ["a", "b"]], 2) == 0.5
    assert distinct([["a"], ["b"]], 2) is None


def test_self_bleu_is_one_for_copies_and_falls_as_texts_differ():
    assert self_bleu([SONNET] * 5) == pytest.approx(1)
    half = [SONNET, [*SONNET[:8], "x", "y", "z", "u", "v", "w"]]
    assert 0.2 < self_bleu(half) < 0.8
    assert self_bleu([SONNET]) is None


def test_self_bleu_is_that_of_its_definition():
    """Precisions 3/4, 2/3, 1/2, and 1/2 a match of 1; both texts are equally long."""
    pair = [["a", "b", "c", "d"], ["a", "b", "c", "e"]]
    assert self_bleu(pair) == pytest.approx((3 / 4 * 2 / 3 * 1 / 2 * 0.5) ** 0.25)
