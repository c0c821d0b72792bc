"""Texts are drawn on the command line: begun, stopped, printed and saved."""

import json

import pytest
import torch

from gdl_text import Texts, load, read
from gdl_text.spelling import bytes_of, readable
from gdl_text.streaming import write


def test_texts_stand_on_stdout_with_a_line_between_them_and_in_a_file_the_same(gdl, letters, tmp_path):
    words = ("sample", "--model", letters, "--count", 3, "--seed", 1)
    printed = gdl(*words)
    assert printed.code == 0 and printed.out.count("<|endoftext|>\n") == 2
    assert gdl(*words, "--out", tmp_path / "a.txt").code == 0
    expected = load(letters).sample(3, seed=1)
    expected.save(tmp_path / "b.txt")
    assert (tmp_path / "a.txt").read_bytes() == (tmp_path / "b.txt").read_bytes()
    told = json.loads(gdl(*words, "--json").out)
    assert told["count"] == 3 and told["seed"] == 1 and len(told["samples"]) == 3


def test_a_text_ends_before_what_stops_it_and_its_beginning_does_not_count(gdl, letters):
    plain = load(letters).sample(40, seed=1, prefix="stop").texts
    stop = next(text[6] for text in plain if len(text) > 8 and text[6].isascii() and text[6].isprintable())
    words = ("sample", "--model", letters, "--count", 40, "--seed", 1, "--prefix", "stop", "--stop")
    stopped = json.loads(gdl(*words, stop, "--json", "--raw").out)["samples"]
    assert all(text.startswith("stop") and stop not in text[4:] for text in stopped)
    assert len({len(text) for text in stopped}) > 1
    began = json.loads(gdl(*words, "to", "--json", "--raw").out)["samples"]
    assert all(text.startswith("stop") for text in began)


def test_each_prompt_of_a_file_begins_texts_of_its_own(gdl, letters, tmp_path):
    Texts(["To be", "or"]).save(tmp_path / "prompts.jsonl")
    words = ("sample", "--model", letters, "--prompts", tmp_path / "prompts.jsonl", "--count", 2, "--seed", 3)
    found = json.loads(gdl(*words, "--json").out)["samples"]
    assert [text[:2] for text in found] == ["To", "To", "or", "or"]
    assert "give one of them" in gdl(*words, "--prefix", "x").err


def test_a_prompt_that_is_longer_than_the_context_is_refused_by_sample_and_seen_in_part_by_write(gdl, letters):
    refused = gdl("sample", "--model", letters, "--prefix", "x" * 17)
    assert refused.code == 2 and "a prefix of 17 tokens; a sequence here holds at most 16" in refused.err
    seen = gdl("write", "x" * 17, "--model", letters, "--tokens", 5, "--seed", 0)
    assert seen.code == 0 and "17 tokens, of which the model sees the last 8" in seen.err
    assert seen.out.startswith("x" * 17)


def test_what_is_written_as_it_comes_is_what_sample_draws(gdl, letters):
    whole = load(letters).sample(1, seed=5, raw=True, unique=False, temperature=0.7).texts[0]
    ended = gdl("write", "--model", letters, "--seed", 5, "--tokens", len(whole.encode(errors="surrogateescape")),
                "--temperature", 0.7)  # fmt: skip
    assert ended.out == whole.encode(errors="surrogateescape").decode(errors="replace") + "\n"


def test_greedy_text_is_the_same_alone_among_others_streamed_and_without_a_cache(letters):
    pipeline = load(letters)
    with torch.no_grad():
        for parameter in pipeline.model.parameters():
            parameter.mul_(4 if parameter.ndim > 1 else 1)  # far from uniform, so that rounding decides nothing
    drawing = {"prefix": "To", "temperature": 0, "raw": True, "unique": False}
    (alone,) = pipeline.sample(1, seed=0, **drawing).texts
    assert pipeline.sample(32, seed=7, **drawing).texts == (alone,) * 32
    said = []
    write(pipeline, "To", tokens=len(bytes_of(alone)) - 2, say=said.append, seed=3, temperature=0)
    assert "To" + "".join(said) == readable(alone)
    tokens = pipeline.representation.encode_prefix("To")
    while len(tokens) < pipeline.representation.max_length:
        symbols = torch.tensor([[0, *(token + 1 for token in tokens)]])
        with torch.no_grad():
            symbol = int(pipeline.model.network(symbols, {})[0, -1].argmax())
        if symbol == 0:
            break
        tokens.append(symbol - 1)
    assert pipeline.representation.decode(torch.tensor(tokens)) == alone and len(alone) > 6


def test_writing_goes_on_beyond_the_context_until_the_text_ends_or_is_long_enough(gdl, letters):
    texts = [gdl("write", "--model", letters, "--seed", seed, "--tokens", 60).out for seed in range(6)]
    assert max(map(len, texts)) > 20


def test_writing_stops_before_a_stop_string(gdl, letters):
    plain = gdl("write", "--model", letters, "--seed", 2, "--tokens", 60).out
    stop = plain[3:5]
    assert gdl("write", "--model", letters, "--seed", 2, "--tokens", 60, "--stop", stop).out == plain[:3] + "\n"


def test_bits_per_byte_count_each_byte_once_in_windows_that_do_not_overlap(gdl, letters, tmp_path):
    (tmp_path / "a.txt").write_text("To be, or not to be, that is the question.")
    told = json.loads(gdl("score", tmp_path / "a.txt", "--model", letters, "--json").out)
    pipeline = load(letters)
    pieces = ["To be, or not to", " be, that is the", " question."]
    assert told["bytes"] == 42 and told["windows"] == 3 and told["kind"] == "exact"
    assert told["log_likelihood"] == pytest.approx(float(pipeline.score(pieces).values.sum()), rel=1e-6)
    assert told["bits_per_byte"] == pytest.approx(-told["log_likelihood"] / 42 / 0.693147, rel=1e-5)
    assert "bits per byte (exact likelihood" in gdl("score", tmp_path / "a.txt", "--model", letters).err
    assert [record.object for record in read(tmp_path / "a.txt")] == ["".join(pieces)]
