import pytest

from gdl_core.errors import UsageError
from gdl_core.recipes import Recipe, find_recipe

RECIPES = [
    Recipe("char-rnn", "", "", family="autoregressive", representation="smiles"),
    Recipe("selfies-gpt", "", "", family="autoregressive", representation="selfies"),
    Recipe("smiles-vae", "", "", family="vae", representation="smiles"),
]
TWIN = Recipe("smiles-vq", "", "", family="vae", variant="vq", representation="smiles")


def test_the_first_recipe_that_fits_is_found():
    assert find_recipe(RECIPES).name == "char-rnn"
    assert find_recipe(RECIPES, family="vae").name == "smiles-vae"
    assert find_recipe(RECIPES, representation="selfies").name == "selfies-gpt"
    assert find_recipe([*RECIPES, TWIN], family="vae", variant="vq").name == "smiles-vq"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"name": "char-rn"}, "did you mean 'char-rnn'"),
        ({"family": "gan"}, "autoregressive, vae"),
        ({"name": "char-rnn", "representation": "selfies"}, "did you mean|there is: smiles"),
    ],
)
def test_a_recipe_that_does_not_exist_is_named_with_what_does(asked, message):
    with pytest.raises(UsageError, match=message):
        find_recipe(RECIPES, **asked)
