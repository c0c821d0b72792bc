"""Every recipe trains on a small text: the loss falls, draws are texts, what is saved is what was trained."""

import pytest

from gdl_core.testing.recipes import a_recipe_learns_draws_and_saves
from gdl_text.domain import DOMAIN
from gdl_text.recipes import RECIPES

VERSES = ["When forty winters", "shall besiege thy brow", "and dig deep trenches", "in thy beauty's field"]


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_learns_draws_and_saves(recipe, tmp_path):
    (tmp_path / "verses.txt").write_text("\n".join(VERSES * 4))
    draws = a_recipe_learns_draws_and_saves(
        DOMAIN, recipe, [tmp_path / "verses.txt"], tmp_path, plain=lambda draws: draws.texts,
        steps=8, batch_size=8, representation_options={"max_length": 24},
        options={"learning_rate": 3e-3},
    )  # fmt: skip
    assert all(isinstance(text, str) for text in draws)


def test_every_recipe_says_what_it_is_and_the_six_families_are_there():
    assert all(recipe.summary.endswith(".") and recipe.paper for recipe in RECIPES)
    assert {recipe.family for recipe in RECIPES} == {"autoregressive", "diffusion", "energy", "flow", "gan", "vae"}
