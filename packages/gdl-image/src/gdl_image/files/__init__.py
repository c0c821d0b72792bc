"""Read pictures from what people have, and write what they open."""

from gdl_image.files.reading import read
from gdl_image.files.writing import save

__all__ = ["read", "save"]
