"""Sample spaces: what one sample of a model is.

A space owns all that depends on the shape of its samples: how they are stored and collated, which positions of a
batch are real, how they are filled up to one size and read as real numbers, what noise looks like, and how a loss is
summed. No family ever names an axis.
"""

from collections.abc import Mapping
from typing import Any

from gdl_core.errors import RepresentationError, nearest
from gdl_core.spaces.graph import Graph
from gdl_core.spaces.grid import Grid, Vector
from gdl_core.spaces.points import Points
from gdl_core.spaces.space import Arrays, Batch, GraphSample, Part, Sample, Space, with_conditions
from gdl_core.spaces.storage import check_symbols
from gdl_core.spaces.tokens import Tokens

__all__ = [
    "SPACES",
    "Arrays",
    "Batch",
    "Graph",
    "GraphSample",
    "Grid",
    "Part",
    "Points",
    "Sample",
    "Space",
    "Tokens",
    "Vector",
    "check_symbols",
    "space_from_config",
    "with_conditions",
]

SPACES: dict[str, type[Space]] = {space.kind: space for space in (Vector, Tokens, Grid, Points, Graph)}


def space_from_config(config: Mapping[str, Any]) -> Space:
    """Rebuild the space that `to_config` described.

    Example:
        >>> space_from_config(Tokens(30, 60).to_config())
        Tokens(vocabulary_size=30, max_length=60, variable=True)
    """
    options = dict(config)
    kind = options.pop("kind", None)
    if kind not in SPACES:
        raise RepresentationError(f"there is no sample space {kind!r}; {nearest(str(kind), SPACES)}")
    return SPACES[kind](**options)
