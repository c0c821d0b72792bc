"""Numbers of single shapes, for the histograms of a report."""

from collections.abc import Iterable

import numpy as np

from gdl_3d.shape import Shape
from gdl_3d.soundness import soundness


def properties(shapes: Iterable[Shape]) -> dict[str, list[float]]:
    """Return numbers over the shapes: width and depth by height and, of meshes, parts and how full the box is.

    Example:
        >>> import trimesh
        >>> box = Shape.from_trimesh(trimesh.creation.box((1, 2, 4)))
        >>> {name: [round(value, 3) for value in values] for name, values in properties([box]).items()}
        {'width / height': [0.5], 'depth / height': [2.0], 'parts': [1.0], 'volume / box': [1.0]}
    """
    rows = list(shapes)
    sizes = np.array([shape.extents for shape in rows]).reshape(-1, 3)
    heights = np.maximum(sizes[:, 1], 1e-9)
    found = {"width / height": list(sizes[:, 0] / heights), "depth / height": list(sizes[:, 2] / heights)}
    meshes = [(soundness(shape), shape.extents.prod()) for shape in rows if not shape.is_cloud]
    if meshes:
        found["parts"] = [float(one.parts) for one, _ in meshes]
        found["volume / box"] = [one.volume / max(box, 1e-300) for one, box in meshes if one.watertight]
    return {name: [float(value) for value in values] for name, values in found.items() if len(values)}
