"""Every recipe trains on simple shapes: the loss falls, draws are decoded, what is saved is what was trained."""

import pytest

from gdl_3d.domain import DOMAIN
from gdl_3d.recipes import RECIPES
from gdl_3d.shape import Shape
from gdl_core.testing.recipes import a_recipe_learns_draws_and_saves

SMALL = {
    "occupancy": {"resolution": 8},
    "distance": {"resolution": 8},
    "points": {"count": 32},
    "mesh": {"levels": 8, "faces": 32},
}


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_learns_draws_and_saves(recipe, folder, tmp_path):
    draws = a_recipe_learns_draws_and_saves(
        DOMAIN, recipe, [folder], tmp_path, plain=list, steps=8, batch_size=8,
        asked={"class": "box"}, representation_options=SMALL[recipe.representation], options={"learning_rate": 3e-3},
    )  # fmt: skip
    assert all(shape is None or isinstance(shape, Shape) for shape in draws)
