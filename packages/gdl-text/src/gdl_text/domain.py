"""What the entry point `text` names. Light: whatever needs torch or tokenizers is named here, and imported on use."""

from gdl_core.domains import Domain

DOMAIN = Domain(
    name="text",
    summary="new text, on the terminal or as files",
    object_name="text",
    representations={
        "bpe": "gdl_text.representations.bpe:BytePairs",
        "characters": "gdl_text.representations.characters:Characters",
        "bytes": "gdl_text.representations.byte:Bytes",
    },
    recipes="gdl_text.recipes:RECIPES",
    read="gdl_text.files:read",
    identity="gdl_text.spelling:identity",
    collection="gdl_text.texts:Texts",
    evaluate="gdl_text.metrics:evaluate",
    draw="gdl_text.draw:grid",
    histograms="gdl_text.metrics:histograms",
    neighbours="gdl_text.metrics:neighbours",
    shade="gdl_text.shading:shade",
    commands="gdl_text.commands:register",
    models="gdl_text.models",
    default_model="poems",
    labels=("folder",),
)
