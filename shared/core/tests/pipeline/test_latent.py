import pytest
import torch
from words import DOMAIN, Letters

from gdl_core.errors import InputError, UsageError
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.latent import alter, attribute, interpolate, reconstruct
from gdl_core.representation import Record


def make(family: str, **options) -> Pipeline:
    representation = Letters("abcde", max_length=6)
    design = Design(family, representation.space, network_options={"width": 16, "layers": 1, "heads": 2}, **options)
    model = build(design, seed=1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3 if parameter.ndim > 1 else 1)
    return Pipeline(DOMAIN, representation, model, design)


@pytest.fixture(scope="module", params=["sequence", "gaussian", "hierarchical", "vq", "fsq"])
def pipeline(request) -> Pipeline:
    return make("vae", variant=request.param)


def words(pipeline: Pipeline, *texts: str) -> list[str]:
    return reconstruct(pipeline, [Record(text, text) for text in texts]).found


def test_a_path_begins_and_ends_with_what_its_ends_are_reconstructed_as(pipeline):
    path = interpolate(pipeline, "abba", "decade", steps=4)
    assert len(path) == 4
    assert [path[0], path[-1]] == words(pipeline, "abba", "decade")


def test_what_comes_back_exactly_is_told_from_what_does_not(pipeline):
    given = ["abba", "decade", "bed", "a"]
    skipped = []
    records = [Record(text, text) for text in [*given, "zebra"]]
    rebuilt = reconstruct(pipeline, records, skipped=skipped.append)
    assert rebuilt.given == given and [skip.where for skip in skipped] == ["zebra"]
    assert rebuilt.exact == [one == other for one, other in zip(given, rebuilt.found, strict=True)]
    assert rebuilt.share == sum(rebuilt.exact) / 4


def test_a_walk_has_two_ends(pipeline):
    with pytest.raises(UsageError, match="2 or more"):
        interpolate(pipeline, "abba", "decade", steps=1)


def test_an_attribute_leads_from_those_that_lack_it_to_those_that_have_it(pipeline):
    direction = attribute(pipeline, ["decade"], ["abba"])
    assert torch.allclose(direction, -attribute(pipeline, ["abba"], ["decade"]))
    assert alter(pipeline, ["abba"], direction) == words(pipeline, "decade")
    assert alter(pipeline, ["abba", "bed"], direction, amount=0) == words(pipeline, "abba", "bed")


def test_the_codes_of_several_objects_are_averaged(pipeline):
    one, other, both = (attribute(pipeline, having, ["bed"]) for having in (["abba"], ["cab"], ["abba", "cab"]))
    assert torch.allclose((one + other) / 2, both, atol=1e-5)


def test_an_attribute_needs_both_kinds_of_objects(pipeline):
    with pytest.raises(InputError, match="that lack it"):
        attribute(pipeline, ["abba"], [])


def test_a_family_without_codes_says_which_have_them():
    with pytest.raises(UsageError, match="families that have: .*vae"):
        attribute(make("autoregressive"), ["abba"], ["bed"])
