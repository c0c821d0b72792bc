"""How networks see pictures: the spaces in which sets of pictures are compared."""

from gdl_image.features.seeing import NAMES, Features, Seen, find, fitting

__all__ = ["NAMES", "Features", "Seen", "find", "fitting"]
"""Their modules name what they need; a network is loaded when it is asked for."""
