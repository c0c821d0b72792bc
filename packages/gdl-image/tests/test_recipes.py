"""Every recipe trains on small pictures: the loss falls, draws are pictures, what is saved is what was trained."""

import numpy as np
import pytest

from gdl_core.testing.recipes import a_recipe_learns_draws_and_saves
from gdl_image.domain import DOMAIN
from gdl_image.recipes import RECIPES

STEPS = {"glow": 20, "pixelcnn++": 12}
"""The steps of recipes that need more than eight of them."""


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
    draws = a_recipe_learns_draws_and_saves(
        DOMAIN, recipe, [pictures], tmp_path, plain=lambda draws: [picture.tolist() for picture in draws.arrays],
        steps=STEPS.get(recipe.name, 8), batch_size=8, asked={"class": "left"}, options={"learning_rate": 3e-3},
    )  # fmt: skip
    assert [picture.shape for picture in draws.arrays] == [(8, 8, 1)] * 4


def test_every_recipe_says_what_it_is_and_names_its_paper():
    assert all(recipe.summary.endswith(".") and "arXiv:" in recipe.paper for recipe in RECIPES)
    assert {recipe.family for recipe in RECIPES} == {"autoregressive", "diffusion", "energy", "flow", "gan", "vae"}
