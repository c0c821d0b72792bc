"""How pictures become points of a sample space, and come back."""

from gdl_image.representations.layout import Layout, Resize
from gdl_image.representations.pixels import Binary, Pixels

__all__ = ["Binary", "Layout", "Pixels", "Resize"]
