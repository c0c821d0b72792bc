"""Every recipe trains on a small text: the loss is finite, draws are texts, what is saved is what was trained."""

import json
import math

import pytest

from gdl_core.pipeline import Pipeline, train_from_files
from gdl_text.domain import DOMAIN
from gdl_text.recipes import RECIPES

VERSES = ["When forty winters", "shall besiege thy brow", "and dig deep trenches", "in thy beauty's field"]


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_learns_draws_and_saves(recipe, tmp_path):
    (tmp_path / "verses.txt").write_text("\n".join(VERSES * 4))
    train_from_files(
        DOMAIN, [tmp_path / "verses.txt"], tmp_path / "run", recipe=recipe.name,
        representation_options={"max_length": 24}, options={"steps": 2, "batch_size": 4, "device": "cpu"},
    )  # fmt: skip
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    losses = [event["loss"] for event in log if event["event"] == "step"]
    assert losses and all(map(math.isfinite, losses))

    pipeline = Pipeline.from_pretrained(tmp_path / "run", DOMAIN)
    draws = pipeline.sample(2, seed=0, raw=True)
    assert all(isinstance(text, str) for text in draws)
    pipeline.save(tmp_path / "saved")
    assert Pipeline.from_pretrained(tmp_path / "saved", DOMAIN).sample(2, seed=0, raw=True).texts == draws.texts


def test_every_recipe_says_what_it_is_and_the_six_families_are_there():
    assert all(recipe.summary.endswith(".") and recipe.paper for recipe in RECIPES)
    assert {recipe.family for recipe in RECIPES} == {"autoregressive", "diffusion", "energy", "flow", "gan", "vae"}
