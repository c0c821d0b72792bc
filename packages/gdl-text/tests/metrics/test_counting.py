"""Counting runs of bytes gives a distribution, with the values that can be worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdl_core.errors import InputError, UsageError
from gdl_text.metrics import BackOff

LINE = "to be or not to be"


def every_byte_after(context):
    return [context + bytes([byte]).decode("utf-8", "surrogateescape") for byte in range(256)]


@pytest.mark.parametrize("order", [1, 2, 5, 8])
@pytest.mark.parametrize("context", ["", "to b", "not", "zzz"])
def test_the_bytes_after_any_context_have_probabilities_that_add_up_to_one(order, context):
    model = BackOff([LINE, "or", LINE[::-1]], order=order)
    assert sum(model.probabilities([text])[-1] for text in every_byte_after(context)) == pytest.approx(1)


@given(st.lists(st.text(max_size=30), min_size=1).filter(any), st.text(min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_no_text_is_impossible(texts, other):
    model = BackOff([text for text in texts if text], order=4)
    assert 0 < model.bits([other]) < np.inf


def test_single_bytes_keep_what_half_a_count_leaves_them():
    """Three of a and one of b, each less one half; both halves go to all 256 bytes alike."""
    found = BackOff(["aaab"], order=1).probabilities(["abc"])
    assert found == pytest.approx([(2.5 + 1 / 256) / 4, (0.5 + 1 / 256) / 4, 1 / 256 / 4])


def test_a_shorter_run_counts_once_for_each_byte_before_it():
    """`b` follows only one byte, however often: after an unseen byte it is as probable as `c`."""
    model = BackOff(["ab" * 50 + "ac"], order=2)
    b, c = (model.probabilities([f"z{letter}"])[1] for letter in "bc")
    assert b == pytest.approx(c)


def test_longer_runs_are_of_use_in_text_that_repeats_itself():
    texts = [f"{LINE}, {word} is the question" for word in ("that", "this", "what", "which")]
    bits = [BackOff(texts, order=order).bits([f"{LINE}, that is"]) for order in (1, 2, 4)]
    assert bits[0] > bits[1] > bits[2]


def test_every_text_begins_anew():
    model = BackOff([LINE] * 3, order=5)
    alone = model.probabilities(["to be"])
    assert (model.probabilities(["not", "to be"])[3:] == alone).all()


def test_an_order_that_does_not_fit_and_no_text_at_all_are_named():
    with pytest.raises(UsageError, match="between 1 and 8"):
        BackOff([LINE], order=9)
    with pytest.raises(InputError, match="no text"):
        BackOff(["", ""])
