"""A domain of words, letter by letter."""

from gdl_core.domains import Domain

DOMAIN = Domain(
    name="words",
    summary="new words, letter by letter",
    object_name="word",
    representations={"letters": "gdl_words.letters:Letters"},
    recipes="gdl_words.letters:RECIPES",
    read="gdl_words.letters:read",
    identity="gdl_words.letters:identity",
)
