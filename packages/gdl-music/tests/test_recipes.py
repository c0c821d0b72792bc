"""Every recipe trains on small pieces: the loss falls, draws are pieces, what is saved is what was trained."""

import pytest

from gdl_core.testing.recipes import a_recipe_learns_draws_and_saves
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
    flow = recipe.family == "flow"  # its codes take some steps to settle
    draws = a_recipe_learns_draws_and_saves(
        DOMAIN, recipe, [pieces], tmp_path, plain=lambda draws: draws.pieces, steps=24 if flow else 8,
        batch_size=4, asked={"class": "slow"}, options={"learning_rate": 1e-3 if flow else 3e-3},
        representation_options={**recipe.representation_options, **SMALL[recipe.representation]},
    )  # fmt: skip
    assert isinstance(draws, Pieces)
    assert any(draws) or recipe.representation == "remi"  # whose grammar takes more than some steps to learn


def test_every_recipe_says_what_it_is_and_names_its_paper():
    assert all(recipe.summary.endswith(".") and "arXiv:" in recipe.paper for recipe in RECIPES)
    assert {recipe.family for recipe in RECIPES} == {"autoregressive", "diffusion", "energy", "flow", "gan", "vae"}
