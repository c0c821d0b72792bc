"""The named systems for pictures that can be trained here; the first is the default."""

from gdl_core.recipes import Recipe

RECIPES = (
    Recipe(
        name="vae",
        summary="A code of 32 numbers, an encoder and a decoder of convolutions.",
        paper="Kingma and Welling (2013), arXiv:1312.6114",
        family="vae",
        representation="pixels",
    ),
)
