"""A model with codes has a map of them and a walk between them on its page; one without has neither."""

import pytest
from words import DOMAIN, Letters

from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_core.report.latent import WALK, latent_sections

WORDS = ["banana", "lemon", "melon", "anna"]


def pipeline(family: str) -> Pipeline:
    letters = Letters().fit(WORDS)
    design = Design(family, letters.space, network_options={"width": 16})
    return Pipeline(DOMAIN, letters, build(design), design)


def test_codes_are_mapped_and_what_lies_between_three_of_them_is_drawn():
    latent_map, walk = latent_sections(pipeline("vae"), WORDS[:2], WORDS)
    assert latent_map.title == "Latent map" and "of the variance of the codes" in latent_map.body
    assert walk.title == "Latent walk" and f"of {WALK} codes" in walk.body and "<svg" in walk.body


@pytest.mark.parametrize(("family", "data"), [("autoregressive", WORDS), ("vae", [])])
def test_without_codes_or_objects_there_is_neither(family, data):
    assert latent_sections(pipeline(family), [], data) == []
