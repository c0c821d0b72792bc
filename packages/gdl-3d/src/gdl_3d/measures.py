"""Numbers of shapes, for the report."""

from collections.abc import Iterable

import numpy as np

from gdl_3d.shape import Shape

_LEAST_SIZE = 1e-12


def histograms(shapes: Iterable[Shape]) -> dict[str, list[float]]:
    """Return width, height, depth and, of meshes, area, volume and the number of faces of each shape.

    Sizes are those of the shape when its longest side is one, so that shapes of all units compare. The volume is that
    of the box as far as it is filled, and counts with holes only as far as it can; of an open mesh it means little.

    Example:
        >>> import trimesh
        >>> box = Shape.from_trimesh(trimesh.creation.box(extents=(2, 4, 1)))
        >>> {name: round(values[0], 3) for name, values in histograms([box]).items()}
        {'width': 0.5, 'height': 1.0, 'depth': 0.25, 'area': 1.75, 'volume': 0.125, 'faces': 12}
    """
    found: dict[str, list[float]] = {name: [] for name in ("width", "height", "depth", "area", "volume", "faces")}
    for shape in shapes:
        extents = shape.extents / max(shape.extents.max(initial=0), _LEAST_SIZE)
        numbers = dict(zip(("width", "height", "depth"), map(float, extents), strict=True))
        if shape.faces is not None:
            corners = shape.vertices[shape.faces] / max(shape.extents.max(), _LEAST_SIZE)
            cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
            numbers["area"] = float(np.linalg.norm(cross, axis=1).sum() / 2)
            numbers["volume"] = abs(float(np.einsum("ij,ij->", corners[:, 0], cross) / 6))
            numbers["faces"] = len(shape.faces)
        for name, number in numbers.items():
            found[name].append(number)
    return {name: values for name, values in found.items() if values}
