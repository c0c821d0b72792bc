"""Every representation of text gives texts back exactly, and any bytes where it knows bytes."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gdl_core.data import prepare
from gdl_core.errors import RepresentationError
from gdl_core.representation import Record
from gdl_core.testing import REPRESENTATION_LAWS
from gdl_core.testing.representations import a_foreign_object_is_refused
from gdl_core.training.feed import Feed
from gdl_core.training.machine import Machine
from gdl_core.training.options import TrainingOptions
from gdl_text.representations import BytePairs, Bytes, Characters
from gdl_text.spelling import bytes_of, text_of

TEXTS = ["To be, or not to be", "that is the question:\n", "naïve café 日本", "", "\0\x1b", "\udcff\udc80 \udcc3"]
LAWS = [law for law in REPRESENTATION_LAWS if law is not a_foreign_object_is_refused]  # any str at all is a text
KINDS = {"bytes": Bytes(max_length=40), "bpe": BytePairs(vocabulary=300, max_length=40), "characters": Characters()}


@pytest.fixture(params=KINDS)
def representation(request):
    return KINDS[request.param].fit(TEXTS)


@pytest.mark.parametrize("law", LAWS)
def test_every_law_of_representations_holds(law, representation):
    law(representation, TEXTS, str)


@pytest.mark.parametrize("foreign", [7, None, b"bytes", "\ud800"])
def test_what_is_no_text_is_refused(representation, foreign):
    with pytest.raises(RepresentationError):
        representation.encode(foreign)
    assert isinstance(representation.encode_windows([foreign])[0], RepresentationError)


@pytest.mark.parametrize("kind", ["bytes", "bpe"])
@given(data=st.binary(max_size=40))
def test_any_bytes_come_back_exactly(kind, data):
    representation = KINDS[kind].fit(TEXTS)
    assert bytes_of(representation.decode(representation.encode(text_of(data)))) == data


def test_a_text_that_is_too_long_is_refused_whole_and_learnt_in_windows():
    letters = Bytes(max_length=4)
    with pytest.raises(RepresentationError, match="6 tokens, and a sample holds at most 4"):
        letters.encode("abcdef")
    assert [letters.decode(window) for window in letters.encode_windows(["abcdef"])[0]] == ["abcd", "ef"]


@pytest.mark.parametrize(
    ("stride", "windows"), [(4, ["abcd", "efg"]), (2, ["abcd", "cdef", "efg"]), (3, ["abcd", "defg"])]
)
def test_windows_overlap_as_the_stride_says_and_leave_nothing_out(stride, windows):
    letters = Bytes(max_length=4, stride=stride)
    assert [letters.decode(window) for window in letters.encode_windows(["abcdefg"])[0]] == windows


def test_no_window_that_validates_a_model_shares_a_character_with_one_that_it_learns(tmp_path):
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 600)))  # each character once
    letters = Characters(max_length=8, stride=3).fit([text])
    data = prepare([Record(text, "here")], letters, tmp_path / "data", domain="text")
    options = TrainingOptions(steps=1, batch_size=1000, validation_share=0.1)
    feed = Feed(data, (), options, Machine(None, torch.device("cpu"), 0, 1, "float32"))
    learned, held = (set(data.batch(rows).values.flatten().tolist()) for rows in (feed.rows(0)[0], feed.held))
    assert len(learned) > 300 and len(held) > 40
    assert not learned & held


def test_windows_joined_are_the_text(representation):
    text = "To be, or not to be, that is the question:\n" * 20
    windows = representation.encode_windows([text])[0]
    assert len(windows) > 1 and representation.decode(torch.cat(windows)) == text


def test_with_lines_each_line_is_a_sample():
    verses = Bytes(max_length=8, lines=True)
    assert [verses.decode(window) for window in verses.encode_windows(["To be,\n\nor not to be"])[0]] == [
        "To be,", "or not t", "o be",
    ]  # fmt: skip
