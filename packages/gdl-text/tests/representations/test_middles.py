"""With marks a window is learned twice, and both are the same text."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdl_core.errors import RepresentationError, UsageError
from gdl_text.representations import BytePairs
from gdl_text.representations.middles import in_order, middle_last, rearranged

TEXTS = ["To be, or not to be", "that is the question:\n", "naïve café 日本 \udcff"]
PAIRS = BytePairs(vocabulary=280, max_length=64, infill=True).fit(TEXTS * 3)


@given(st.text(max_size=40).filter(lambda text: text.encode(errors="ignore").decode() == text))
@settings(max_examples=15, deadline=None)
def test_a_text_with_its_middle_last_is_the_same_text(text):
    whole = rearranged(text, PAIRS.number, PAIRS.marks, 1000)
    assert PAIRS.decode(torch.tensor(whole)) == text
    assert [whole.count(mark) for mark in PAIRS.marks] == [1, 1, 1]


def test_each_window_comes_as_it_is_and_with_its_middle_last_and_that_has_room_for_an_end():
    plain, moved = PAIRS.encode_windows([TEXTS[0]])[0]
    assert PAIRS.decode(plain) == PAIRS.decode(moved) == TEXTS[0]
    long = PAIRS.encode_windows([" ".join(TEXTS) * 20])[0]
    moved = [window for window in long if PAIRS.marks[0] in window.tolist()]
    assert len(moved) == len(long) // 2 and max(map(len, moved)) == PAIRS.max_length - 1
    assert all(int(window.max()) < PAIRS.space.vocabulary_size == PAIRS.size + 3 for window in long)


@pytest.mark.parametrize("stride", [None, 5])
def test_a_window_shares_text_with_no_more_of_those_behind_it_than_it_says(stride):
    text = " ".join(map(chr, range(0x4E00, 0x4E00 + 60)))  # each sign once
    pairs = BytePairs(vocabulary=300, max_length=16, stride=stride, infill=True).fit([text])
    signs = [
        {sign for sign in pairs.decode(window) if "\u4dff" < sign < "\ud800"}
        for window in pairs.encode_windows([text])[0]
    ]
    reach = max(later - place for place, one in enumerate(signs) for later, other in enumerate(signs) if one & other)
    assert 0 < reach <= pairs.overlap


def test_cuts_are_those_of_the_text_alone():
    first, second = (PAIRS.encode_windows(TEXTS)[1][1] for _ in range(2))
    assert torch.equal(first, second)


@pytest.mark.parametrize("tokens", [[1, 7, 8, 9], [7, 8, 8, 9], [7, 9, 8], [7], [9, 1]])
def test_marks_out_of_order_are_no_text(tokens):
    with pytest.raises(RepresentationError, match="not in order"):
        in_order(tokens, (7, 8, 9))


def test_the_middle_goes_back_to_its_place():
    assert in_order([*middle_last("ab", "ef", "789"), *"cd"], "789") == list("abcdef")


def test_a_sample_that_has_no_room_for_gaps_is_refused():
    with pytest.raises(UsageError, match="max_length=15 leaves no room"):
        BytePairs(max_length=15, infill=True)


def test_what_is_read_back_fills_gaps_too():
    again = BytePairs.from_config(PAIRS.to_config())
    assert again.marks == PAIRS.marks and again.space == PAIRS.space
    assert BytePairs(vocabulary=280).fit(TEXTS).marks == ()
