"""The measures tell real texts from others, and say what they cannot measure."""

import json
import random

import pytest

from gdl_core.errors import InputError
from gdl_text import Texts
from gdl_text.metrics import evaluate, neighbours

LINE = "shall i compare thee to summer day thou art more lovely and temperate rough winds do shake"


def verses(seed, count=200, vocabulary=LINE):
    chosen = random.Random(seed)
    return [" ".join(chosen.choices(vocabulary.split(" "), k=12)) for _ in range(count)]


def test_texts_of_the_same_kind_are_nearer_than_shuffled_letters_and_than_repetition():
    reference = verses(0)
    same = evaluate(verses(1), reference)["ngram_frechet"]
    letters = ["".join(random.Random(place).sample(text, len(text))) for place, text in enumerate(verses(2))]
    repeated = [verses(3, count=1)[0]] * 200
    assert evaluate(reference, reference)["ngram_frechet"] == pytest.approx(0, abs=1e-6)
    assert same < 0.7 * evaluate(letters, reference)["ngram_frechet"]
    assert same < 0.7 * evaluate(repeated, reference)["ngram_frechet"]


def test_copies_and_known_words_are_told_beside_those_of_the_reference():
    train = verses(0)
    found = evaluate([*train[:100], "brave new qqq"], verses(1), train=train)
    assert found["copied"] > 0.95 > 0.5 > found["copied_of_reference"]
    assert found["known_words"] < found["known_words_of_reference"] == 1


def test_what_cannot_be_measured_is_none_and_is_said(gdl, tmp_path):
    Texts(["too short"]).save(tmp_path / "a.txt")
    ended = gdl("evaluate", tmp_path / "a.txt", "--reference", tmp_path / "a.txt", "--json")
    found = json.loads(ended.out)
    assert ended.code == 0 and found["ngram_frechet"] is None and found["self_bleu"] is None
    assert len(found["notes"]) == 2
    with pytest.raises(InputError, match="no text to measure"):
        evaluate([None, ""], ["x"])


def test_the_nearest_text_is_found():
    known = verses(0, count=10)
    assert [place for place, _ in neighbours([known[7], known[2] + " x"], known)] == [7, 2]
