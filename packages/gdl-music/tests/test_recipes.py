"""Every recipe trains on small pieces: the loss is finite, draws are pieces, what is saved is what was trained."""

import json
import math

import pytest

from gdl_core.pipeline import Pipeline, train_from_files
from gdl_music import Pieces
from gdl_music.domain import DOMAIN
from gdl_music.recipes import RECIPES

SMALL = {"remi": {"length": 64}, "voices": {"steps": 16}, "piano-roll": {"steps": 16}}


@pytest.fixture(scope="module")
def pieces(tmp_path_factory, chorale):
    """A folder of small pieces of two styles."""
    folder = tmp_path_factory.mktemp("pieces")
    for style in ("slow", "quick"):
        Pieces([chorale(seed + 100 * (style == "slow"), steps=16) for seed in range(8)]).save(folder / style)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_learns_draws_and_saves(recipe, pieces, tmp_path):
    train_from_files(
        DOMAIN, [pieces], tmp_path / "run", recipe=recipe.name, conditions=["class"],
        representation_options={**recipe.representation_options, **SMALL[recipe.representation]},
        options={"steps": 2, "batch_size": 4, "device": "cpu"},
    )  # fmt: skip
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    losses = [event["loss"] for event in log if event["event"] == "step"]
    assert losses and all(map(math.isfinite, losses))

    pipeline = Pipeline.from_pretrained(tmp_path / "run", DOMAIN)
    draws = pipeline.sample(3, seed=0, raw=True, conditions={"class": "slow"})
    assert isinstance(draws, Pieces)
    assert any(draws) or recipe.representation == "remi"  # whose grammar takes more than two steps to learn
    pipeline.save(tmp_path / "saved")
    again = Pipeline.from_pretrained(tmp_path / "saved", DOMAIN)
    assert again.sample(3, seed=0, raw=True, conditions={"class": "slow"}).pieces == draws.pieces


def test_every_recipe_says_what_it_is_and_names_its_paper():
    assert all(recipe.summary.endswith(".") and "arXiv:" in recipe.paper for recipe in RECIPES)
    assert {recipe.family for recipe in RECIPES} == {"autoregressive", "diffusion", "energy", "flow", "gan", "vae"}
