"""The shipped models draw solids of the class that is asked for, and are small."""

import pytest

from gdl_3d.domain import DOMAIN
from gdl_3d.soundness import soundness
from gdl_core.pipeline import Pipeline

MODELS = DOMAIN.shipped_models()
MEGABYTE = 10**6


def size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*"))


@pytest.mark.parametrize("name", MODELS)
def test_a_shipped_model_draws_solids_and_the_same_ones_from_the_same_seed(name):
    pipeline = Pipeline.from_pretrained(name, DOMAIN)
    drawn = pipeline.sample(4, seed=0, conditions={"class": "Living room"})
    assert len(drawn) == 4
    assert all(soundness(shape).solid for shape in drawn)
    assert drawn == pipeline.sample(4, seed=0, conditions={"class": "Living room"})


def test_the_models_fit_into_a_wheel():
    assert all(size(folder) <= 5 * MEGABYTE for folder in MODELS.values())
    assert sum(map(size, MODELS.values())) <= 25 * MEGABYTE


def test_each_family_has_one_model_and_the_default_is_among_them():
    families = [Pipeline.from_pretrained(name, DOMAIN).design.family for name in MODELS]
    assert len(set(families)) == len(families)
    assert DOMAIN.default_model in MODELS


def test_every_piece_that_was_learned_from_is_attributed():
    text = (next(iter(MODELS.values())).parent / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "Scopia" in text and "creativecommons.org/licenses/by/3.0" in text
