"""What the entry point `image` names. Light: whatever needs torch or Pillow is named here, and imported on use."""

from gdl_core.domains import Domain

DOMAIN = Domain(
    name="image",
    summary="new pictures, as PNG files, grids or animations",
    object_name="picture",
    representations={
        "pixels": "gdl_image.representations.pixels:Pixels",
        "binary": "gdl_image.representations.pixels:Binary",
    },
    recipes="gdl_image.recipes:RECIPES",
    read="gdl_image.files:read",
    standard_input="stdin.png",
    identity="gdl_image.measures:identity",
    collection="gdl_image.pictures:Pictures",
    evaluate="gdl_image.metrics:evaluate",
    draw="gdl_image.draw:grid",
    histograms="gdl_image.measures:histograms",
    neighbours="gdl_image.neighbours:neighbours",
    properties=("brightness", "contrast", "colourfulness", "sharpness"),
    measure="gdl_image.measures:numbers",
    commands="gdl_image.commands:register",
    models="gdl_image.models",
    default_model="latent-diffusion",
    textual=False,
    labels=("class", "label"),
)
