"""Every recipe trains on small pictures: the loss is finite, draws are pictures, what is saved is what was trained."""

import json
import math

import numpy as np
import pytest

from gdl_core.pipeline import Pipeline, train_from_files
from gdl_image.domain import DOMAIN
from gdl_image.recipes import RECIPES


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A file of small pictures of two classes: a bright square stands left or right."""
    images = np.random.default_rng(0).integers(0, 60, (24, 8, 8, 1), dtype=np.uint8)
    images[:12, 2:6, 0:4] += 180
    images[12:, 2:6, 4:8] += 180
    path = tmp_path_factory.mktemp("pictures") / "squares.npz"
    np.savez(path, images=images, labels=np.array(["left"] * 12 + ["right"] * 12))
    return path


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_learns_draws_and_saves(recipe, pictures, tmp_path):
    train_from_files(
        DOMAIN, [pictures], tmp_path / "run", recipe=recipe.name, conditions=["class"],
        options={"steps": 3, "batch_size": 8, "device": "cpu"},
    )  # fmt: skip
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    losses = [event["loss"] for event in log if event["event"] == "step"]
    assert losses and all(map(math.isfinite, losses))

    pipeline = Pipeline.from_pretrained(tmp_path / "run", DOMAIN)
    draws = pipeline.sample(2, seed=0, raw=True, conditions={"class": "left"}).arrays
    assert [picture.shape for picture in draws] == [(8, 8, 1)] * 2
    pipeline.save(tmp_path / "saved")
    again = Pipeline.from_pretrained(tmp_path / "saved", DOMAIN)
    assert np.array_equal(again.sample(2, seed=0, raw=True, conditions={"class": "left"}).arrays, draws)


def test_every_recipe_says_what_it_is_and_names_its_paper():
    assert all(recipe.summary.endswith(".") and "arXiv:" in recipe.paper for recipe in RECIPES)
    assert {recipe.family for recipe in RECIPES} == {"autoregressive", "diffusion", "energy", "flow", "gan", "vae"}
