"""Words that are numbered one by one have the numbers that they have in the whole text."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from gdl_text.representations import BytePairs
from gdl_text.representations.chunks import Chunks

TOKENIZER = (
    BytePairs(vocabulary=400).fit(["To be, or not to be:\n\n  that's the  question -- 1609! é 日本 "] * 3).tokenizer
)
CHUNKS = Chunks(TOKENIZER)
LETTERS = st.sampled_from([*"abe'sTl19.,- \n\t\r é日", "\xa0", "\u2003", "\x1c", "\x85", "\u200b", "  ", "'s"])


@given(st.lists(LETTERS, max_size=30).map("".join))
@settings(max_examples=60, deadline=None)
def test_numbers_are_those_of_the_tokenizer(text):
    expected = TOKENIZER.encode(text, add_special_tokens=False).ids
    assert CHUNKS.divides and CHUNKS.number(text) == CHUNKS.number(text) == expected


def test_a_tokenizer_of_another_pattern_is_asked_for_the_whole_text():
    described = json.loads(TOKENIZER.to_str())
    described["pre_tokenizer"]["use_regex"] = False
    whole = Tokenizer.from_str(json.dumps(described))
    assert not Chunks(whole).divides
    assert Chunks(whole).number("to be or") == whole.encode("to be or").ids


def test_what_is_remembered_stays_small():
    chunks = Chunks(TOKENIZER)
    chunks.number("a" * 1000 + " be")
    assert list(chunks.known) == [" be"]
