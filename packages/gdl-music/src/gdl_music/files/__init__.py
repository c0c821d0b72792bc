"""Read music from what people have, and write what they open."""

from gdl_music.files.reading import read
from gdl_music.files.writing import save

__all__ = ["read", "save"]
