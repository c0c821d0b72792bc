"""Every recipe trains on real molecules: the loss falls, draws are decoded, and what is saved is what was trained."""

from pathlib import Path

import pytest

from gdl_core.errors import RepresentationError
from gdl_core.testing.recipes import a_recipe_learns_draws_and_saves
from gdl_molecules.domain import DOMAIN
from gdl_molecules.files import read
from gdl_molecules.recipes import RECIPES

MOLECULES = Path(__file__).parent / "data" / "molecules.smi"


LONGEST = {"selfies": 40, "graph": 16}
"""The lengths of SMILES that are left out. What a perceptron over graphs weighs grows with the square of their size."""

SLOW = {"graph-ebm": 40, "moflow": 40}
"""The steps of recipes that need more than eight of them."""


@pytest.fixture
def molecules(recipe, tmp_path) -> Path:
    """Short molecules of the test data that all representations of strings hold, or graphs do, three times."""
    place = tmp_path / "molecules.smi"
    name = "graph" if recipe.representation == "graph" else "selfies"
    smiles = [record.object for record in read(MOLECULES) if len(record.object) < LONGEST[name]]
    representation = DOMAIN.representation(name)().fit(smiles)
    tried = zip(smiles, representation.encode_many(smiles), strict=True)
    held = [one for one, sample in tried if not isinstance(sample, RepresentationError)]
    place.write_text("".join(f"{one}\n" for one in held * 3))
    return place


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_learns_draws_and_saves(recipe, molecules, tmp_path):
    uneven = recipe.representation == "graph" or recipe.family == "diffusion"  # in the sizes of samples, or of noise
    a_recipe_learns_draws_and_saves(
        DOMAIN, recipe, [molecules], tmp_path, plain=lambda draws: draws.smiles,
        steps=SLOW.get(recipe.name, 8 if recipe.representation == "graph" else 12), batch_size=64 if uneven else 16,
        options={"learning_rate": 3e-3},
    )  # fmt: skip
