"""Copied spans are found, by the same measure as a slow search finds them."""

import random

from hypothesis import given
from hypothesis import strategies as st

from gdl_text.metrics.copies import SPAN, Corpus


def longest_by_search(texts, corpus):
    spans = (text[i:j] for text in texts for i in range(len(text)) for j in range(i + 1, len(text) + 1))
    return max((len(span) for span in spans if any(span in other for other in corpus)), default=0)


@given(st.lists(st.text("ab", max_size=12), max_size=3), st.lists(st.text("ab", max_size=12), max_size=3))
def test_the_longest_copy_is_the_longest_common_span_of_single_texts(texts, corpus):
    assert Corpus(corpus).copied(texts).longest == longest_by_search(texts, corpus)


@given(st.text("abc", max_size=90), st.text("abc", max_size=20), st.slices(90))
def test_a_long_copy_inside_of_other_text_is_measured_as_a_slow_search_measures_it(corpus, other, taken):
    texts = [other + corpus[taken.start : taken.stop] + other[::-1], corpus[:3]]
    assert Corpus([other, corpus]).copied(texts).longest == longest_by_search(texts, [other, corpus])


def test_only_spans_of_fifty_characters_and_more_count_as_copied_text():
    letters = random.Random(0).choices("abcdefgh", k=400)
    corpus = "".join(letters)
    found = Corpus([corpus]).copied(["x" * 30 + corpus[100 : 100 + SPAN + 20] + "y" * 100, corpus[10 : 9 + SPAN]])
    assert found.longest == SPAN + 20
    assert found.share == (SPAN + 20) / (130 + SPAN + 20 + SPAN - 1)
