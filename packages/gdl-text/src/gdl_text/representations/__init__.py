"""Texts as sequences of bytes, of characters or of learned pieces."""

from gdl_text.representations.bpe import BytePairs
from gdl_text.representations.byte import Bytes
from gdl_text.representations.characters import Characters

__all__ = ["BytePairs", "Bytes", "Characters"]
