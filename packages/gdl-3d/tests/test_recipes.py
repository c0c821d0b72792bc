"""Every recipe trains on simple shapes: the loss is finite, draws are decoded, what is saved is what was trained."""

import json
import math

import pytest

from gdl_3d.domain import DOMAIN
from gdl_3d.recipes import RECIPES
from gdl_3d.shape import Shape
from gdl_core.pipeline import Pipeline, train_from_files

SMALL = {
    "occupancy": {"resolution": 8},
    "distance": {"resolution": 8},
    "points": {"count": 32},
    "mesh": {"levels": 8, "faces": 32},
}


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_learns_draws_and_saves(recipe, folder, tmp_path):
    train_from_files(
        DOMAIN, [folder], tmp_path / "run", recipe=recipe.name, representation_options=SMALL[recipe.representation],
        conditions=["class"], options={"steps": 6, "batch_size": 8, "device": "cpu"},
    )  # fmt: skip
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    losses = [event["loss"] for event in log if event["event"] == "step"]
    assert losses and all(map(math.isfinite, losses))

    pipeline = Pipeline.from_pretrained(tmp_path / "run", DOMAIN)
    draws = pipeline.sample(2, seed=0, raw=True, conditions={"class": "box"})
    assert len(draws) == 2 and all(shape is None or isinstance(shape, Shape) for shape in draws)
    pipeline.save(tmp_path / "saved")
    again = Pipeline.from_pretrained(tmp_path / "saved", DOMAIN)
    assert again.sample(2, seed=0, raw=True, conditions={"class": "box"}) == draws
