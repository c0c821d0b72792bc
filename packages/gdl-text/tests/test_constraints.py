"""Texts are held to a form while they are drawn, and what cannot be kept to is refused."""

import json
import re
import time

import pytest

from gdl_core.errors import UsageError
from gdl_text import load
from gdl_text.constraints import Constraint
from gdl_text.representations import BytePairs, Bytes, Characters

pytest.importorskip("llguidance")

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer", "minimum": 0, "maximum": 99}, "b": {"enum": ["x", "yy"]}},
    "required": ["a", "b"],
    "additionalProperties": False,
    "x-guidance": {"whitespace_flexible": False},
}


@pytest.mark.parametrize("kind", [Bytes(), BytePairs(vocabulary=270), Characters()])
def test_a_constraint_knows_whole_texts_in_every_representation(kind):
    representation = kind.fit(["1609-05 é ab"])
    dates = Constraint.of_regex("[0-9]{4}-[0-9]{2}|é+")
    held = dates.test(representation)
    assert [held(text) for text in ("1609-05", "éé", "1609-", "1609-055", "ab", "?", "")] == [True, True] + [False] * 5


def test_every_text_that_is_drawn_hot_is_what_was_asked_for(gdl, letters):
    words = ("sample", "--model", letters, "--temperature", 1.5, "--raw", "--json", "--seed", 0)
    found = json.loads(gdl(*words, "--count", 200, "--regex", "[ab]{2,5}c").out)["samples"]
    assert len(found) == 200 and all(re.fullmatch("[ab]{2,5}c", text) for text in found)
    assert len(set(found)) > 40


def test_json_is_what_its_schema_says_and_what_is_cut_is_passed_over(gdl, letters, tmp_path):
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    words = ("sample", "--model", letters, "--temperature", 1.5, "--json", "--seed", 0, "--json-schema")
    found = json.loads(gdl(*words, tmp_path / "schema.json", "--count", 20).out)["samples"]
    assert len(found) == 20
    for text in found:
        value = json.loads(text)
        assert 0 <= value["a"] <= 99 and value["b"] in ("x", "yy")


def test_a_beginning_does_not_count(letters):
    pipeline = load(letters)
    digits = Constraint.of_regex("[0-9]+")
    texts = pipeline.sample(5, seed=0, prefix="no: ", follow=digits.follow(pipeline.representation)).texts
    assert all(re.fullmatch("no: [0-9]+", text) for text in texts)


@pytest.mark.parametrize(
    ("schema", "complaint"),
    [
        ({"type": "array", "uniqueItems": True}, "uniqueItems"),
        ({"not": {"type": "string"}}, "not"),
        ({"type": "string", "minLenght": 3}, "did you mean 'minLength'"),
        ({"properties": {"minLenght": {"items": {"typo": 1}}}}, "unknown keyword 'typo'"),
        ({"type": "string", "format": "nonsense"}, "nonsense"),
    ],
)
def test_a_keyword_that_cannot_be_kept_to_is_refused_by_name(schema, complaint):
    with pytest.raises(UsageError, match=complaint):
        Constraint.of_schema(json.dumps(schema))


def test_what_is_no_pattern_or_schema_is_refused(tmp_path):
    for pattern in ("[", "(?<=a)b", r"(a)\1"):
        with pytest.raises(UsageError, match="cannot be kept to"):
            Constraint.of_regex(pattern)
    with pytest.raises(UsageError, match="cannot be read"):
        Constraint.of_schema(tmp_path / "none.json")


def test_a_schema_that_cannot_be_kept_to_ends_the_command_within_a_second_and_nothing_is_drawn(gdl, letters, tmp_path):
    (tmp_path / "schema.json").write_text(json.dumps({"type": "array", "items": {"not": {"type": "null"}}}))
    began = time.process_time()
    ended = gdl("sample", "--model", letters, "--json-schema", tmp_path / "schema.json")
    assert ended.code == 2 and "not" in ended.err and ended.out == ""
    assert time.process_time() - began < 1
