import json
from collections import Counter

import pytest
import torch
from words import DOMAIN, Letters, Words

from gdl_core.conditions import ClassCondition, VectorCondition
from gdl_core.errors import CheckpointError, RepresentationError, UsageError
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.search import Search
from gdl_core.spaces import Tokens

TINY = {"width": 8, "layers": 1}


def make(*, conditions=(), letters="abcde") -> Pipeline:
    representation = Letters(letters, max_length=6)
    design = Design(
        "autoregressive", representation.space, "recurrent", network_options=TINY, conditions=tuple(conditions)
    )
    return Pipeline(DOMAIN, representation, build(design), design)


def made(letters: str, family: str, variant: str) -> Pipeline:
    """An untrained model of another kind."""
    representation = Letters(letters, max_length=6)
    options = {"width": 16, "layers": 1, "heads": 2}
    design = Design(family, representation.space, variant=variant, network_options=options)
    return Pipeline(DOMAIN, representation, build(design), design)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return make()


def test_samples_are_valid_and_no_two_alike(pipeline):
    samples = pipeline.sample(200, seed=0)
    assert isinstance(samples, Words)
    assert len(samples) == 200 == len(set(samples))
    assert all(set(word) & set("ae") for word in samples)
    assert len(samples.log_prob) == 200


def test_raw_samples_are_every_draw_as_it_came(pipeline):
    raw = list(pipeline.sample(300, seed=0, raw=True))
    assert not all(set(word) & set("ae") for word in raw)
    valid = [word for word in Counter(raw) if set(word) & set("ae")]  # in order, each once
    assert list(pipeline.sample(len(valid), seed=0)) == valid


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_the_batch_size_changes_nothing(pipeline, raw, batch_size):
    samples = pipeline.sample(40, seed=3, raw=raw, batch_size=batch_size)
    assert list(samples) == list(pipeline.sample(40, seed=3, raw=raw))


@pytest.mark.parametrize(("batch_size", "first", "stride"), [(7, 0, 1), (1000, 2, 3)])
def test_draws_come_in_the_order_of_their_numbers(pipeline, batch_size, first, stride):
    draws = list(pipeline.draw(500, seed=3, first=first, stride=stride, batch_size=batch_size))
    assert [draw.index for draw in draws] == list(range(first, first + stride * 500, stride))


def test_the_number_of_threads_is_left_as_it_was(pipeline):
    before = torch.get_num_threads()
    next(pipeline.draw(500, seed=3, batch_size=7))
    assert torch.get_num_threads() == before


def test_what_is_on_its_way_is_not_asked_for_again():
    search = Search(DOMAIN)
    asked = search.missing(100, 0)
    assert asked > 100
    assert search.missing(100, asked) <= 0 < search.missing(100, 50) < asked
    assert Search(DOMAIN, raw=True).missing(100, 60) == 40


def test_the_parts_of_a_run_are_the_run(pipeline):
    whole = list(pipeline.sample(10, seed=3, raw=True))
    parts = [list(pipeline.sample(10, seed=3, raw=True, shard=(part, 3))) for part in (1, 2, 3)]
    assert [len(part) for part in parts] == [4, 3, 3]
    assert [parts[index % 3][index // 3] for index in range(10)] == whole


def test_a_part_that_does_not_exist_is_refused(pipeline):
    with pytest.raises(UsageError, match="1 to 3"):
        pipeline.sample(10, shard=(4, 3))


def test_without_a_seed_every_run_is_another(pipeline):
    assert list(pipeline.sample(20)) != list(pipeline.sample(20))


def test_the_global_random_state_is_left_alone(pipeline):
    before = torch.get_rng_state()
    pipeline.sample(5)
    assert torch.equal(torch.get_rng_state(), before)


def test_only_what_passes_every_test_is_kept(pipeline):
    samples = pipeline.sample(20, seed=0, keep=[lambda word: len(word) > 3, lambda word: word[0] == "b"])
    assert all(len(word) > 3 and word[0] == "b" for word in samples)


def test_a_search_without_hope_ends(pipeline, monkeypatch):
    monkeypatch.setattr("gdl_core.pipeline.search.FUTILE", 100)
    with pytest.raises(UsageError, match="only 0 of 5"):
        pipeline.sample(5, seed=0, keep=[lambda word: False])


def test_a_prefix_begins_every_sample(pipeline):
    assert all(word.startswith("ba") for word in pipeline.sample(20, seed=0, prefix="ba"))


@pytest.mark.parametrize(
    ("family", "variant"), [("vae", "sequence"), ("vae", "gaussian"), ("diffusion", "masked"), ("diffusion", "uniform")]
)
def test_a_family_that_keeps_what_is_given_keeps_a_prefix(family, variant):
    words = made("abcde", family, variant).sample(5, seed=0, raw=True, prefix="bad")
    assert all(word.startswith("bad") for word in words)


def test_a_family_that_keeps_nothing_says_which_do():
    with pytest.raises(
        UsageError, match=r"'vae' \(hierarchical\) takes no prefix; these do: autoregressive \(sequence"
    ):
        made("abcde", "vae", "hierarchical").sample(1, prefix="ba")
    with pytest.raises(UsageError, match="a prefix of 7 tokens; a sample here holds at most 6"):
        made("abcde", "diffusion", "masked").sample(1, prefix="badbadd")


def test_a_representation_without_beginnings_takes_no_prefix(pipeline):
    class Whole(Letters):
        encode_prefix = None

    whole = Pipeline(DOMAIN, Whole("abcde", max_length=6), pipeline.model, pipeline.design)
    with pytest.raises(UsageError, match="'letters' takes no prefix"):
        whole.sample(1, prefix="ba")


def test_a_number_that_was_never_seen_is_warned_of():
    pipeline = make(conditions=[VectorCondition("length", (4.0,), (1.0,), (2.0,), (6.0,))])
    with pytest.warns(UserWarning, match="length=9 lies outside what the model has seen, 2 to 6"):
        pipeline.sample(2, seed=0, conditions={"Length": 9})


def test_an_option_that_the_family_does_not_have_is_refused_with_the_nearest(pipeline):
    with pytest.raises(UsageError, match="did you mean 'temperature'"):
        pipeline.sample(2, temprature=0.5)


def test_the_score_of_a_sample_is_its_log_probability(pipeline):
    samples = pipeline.sample(20, seed=0, precision="float32")
    likelihood = pipeline.score(samples, batch_size=3)
    assert likelihood.kind == "exact"
    assert torch.allclose(likelihood.values, torch.tensor(samples.log_prob), atol=1e-4)


def test_what_cannot_be_represented_is_named_when_scored(pipeline):
    with pytest.raises(RepresentationError, match="'r' is no letter"):
        pipeline.score(["abba", "zebra"])


def test_a_condition_is_asked_for_by_name():
    pipeline = make(conditions=[ClassCondition("sort", ("fruit", "name"))])
    with torch.no_grad():
        pipeline.model.network.conditioner.parts["sort"].embedding.weight.mul_(5)
    fruit, name, any_sort = (
        list(pipeline.sample(30, seed=0, conditions=asked)) for asked in ({"sort": "fruit"}, {"sort": "name"}, None)
    )
    assert fruit != name != any_sort
    with pytest.raises(UsageError, match="did you mean 'fruit'"):
        pipeline.sample(3, conditions={"sort": "fruits"})
    with pytest.raises(UsageError, match="no condition 'color'"):
        make().sample(3, conditions={"color": "red"})


def test_a_saved_pipeline_draws_the_same(pipeline, tmp_path):
    pipeline.save(tmp_path / "model")
    again = Pipeline.from_pretrained(tmp_path / "model", DOMAIN)
    assert list(again.sample(20, seed=1)) == list(pipeline.sample(20, seed=1))


def test_a_model_draws_with_the_options_that_it_was_saved_with_unless_others_are_given(tmp_path):
    pipeline = make()
    pipeline.info = {"drawing": {"temperature": 0.3}}
    loaded = Pipeline.from_pretrained(pipeline.save(tmp_path / "model"), DOMAIN)
    cold, warm = (list(make().sample(50, seed=4, raw=True, temperature=heat)) for heat in (0.3, 1.0))
    assert list(loaded.sample(50, seed=4, raw=True)) == cold != warm
    assert list(loaded.sample(50, seed=4, raw=True, temperature=1.0)) == warm


@pytest.mark.parametrize("info", ["text", {"drawing": 0.5}])
def test_options_that_are_no_options_are_a_bad_checkpoint(tmp_path, info):
    folder = make().save(tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "info": info}))
    with pytest.raises(CheckpointError, match="`drawing` must be"):
        Pipeline.from_pretrained(folder, DOMAIN)


def test_half_the_bytes_draw_nearly_the_same(pipeline, tmp_path):
    small = pipeline.save(tmp_path / "small", dtype="float16")
    large = pipeline.save(tmp_path / "large")
    sizes = [(folder / "model.safetensors").stat().st_size for folder in (small, large)]
    assert sizes[0] < 0.7 * sizes[1]
    again = Pipeline.from_pretrained(small, DOMAIN)
    same = zip(again.sample(100, seed=1, raw=True), pipeline.sample(100, seed=1, raw=True), strict=True)
    assert sum(a == b for a, b in same) > 90


def test_a_model_that_does_not_exist_is_refused(pipeline):
    with pytest.raises(UsageError, match="no model 'mosses'"):
        Pipeline.from_pretrained("mosses", DOMAIN)


def test_a_representation_that_does_not_fit_the_model_is_named(pipeline, tmp_path):
    strange = Pipeline(DOMAIN, Letters("abc", max_length=6), pipeline.model, pipeline.design)
    strange.save(tmp_path / "strange")
    with pytest.raises(CheckpointError, match="different spaces"):
        Pipeline.from_pretrained(tmp_path / "strange", DOMAIN)


def test_tokens_of_the_space_are_those_of_the_representation(pipeline):
    assert pipeline.design.space == Tokens(5, 6)
