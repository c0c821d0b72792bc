"""Samples against a reference: the measures of PointFlow, Yang et al. (2019), arXiv:1906.12320, and sound meshes."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdl_3d.metrics.comparison import (
    coverage,
    minimum_matching_distance,
    near_share,
    nearest_neighbour_accuracy,
    occupancy_divergence,
)
from gdl_3d.metrics.distances import Measure, chamfer_matrix, earth_mover_matrix, within
from gdl_3d.metrics.reference import POINTS, Object, Reference, Skip, spread_points
from gdl_3d.shape import Shape
from gdl_3d.soundness import Soundness, soundness
from gdl_core.errors import InputError, RepresentationError
from gdl_core.representation import Record

Array = NDArray[np.float64]


def evaluate(
    samples: Iterable[Object | None],
    reference: Reference | Iterable[Object],
    *,
    train: Reference | Iterable[Object] | None = None,
    points: int = POINTS,
    earth_mover: bool = False,
    skipped: Skip | None = None,
) -> dict[str, Any]:
    """Compare samples with a reference, and with what a model was trained on; tell whether their meshes are solids.

    Each shape stands as `points` points spread evenly over its surface, its box centred and its longest side 1 long.
    Of each distance there are `mmd` (lower is better), `cov` (higher) and `1nna` (0.5 is best), at equal numbers of
    samples and references. Chamfer is the mean squared distance to the nearest point, both ways, added; the earth
    mover's is the mean distance under an exact matching, and takes a hundred times as long. `jsd` tells of the whole
    sets only. `near_train` is the share of samples at most `near_threshold` from a training shape: the median Chamfer
    distance of the references to theirs, so that half of the references are as near. Shares of solid meshes are
    over all samples that are meshes. A measure that cannot be taken is None, and `notes` says why.

    Example:
        >>> import trimesh
        >>> make = lambda *extents: Shape.from_trimesh(trimesh.creation.box(extents))
        >>> result = evaluate([make(1, 2, 3), make(1, 1, 1)], [make(1, 2, 3), make(2, 2, 2)], points=64)
        >>> result["chamfer_mmd"], result["chamfer_cov"], result["solid"]
        (0.0, 1.0, 1.0)
    """
    shapes = [thing.object if isinstance(thing, Record) else thing for thing in samples]
    if not shapes:
        raise InputError("there are no samples to measure")
    options: dict[str, Any] = {"points": points, "skipped": skipped}
    target = reference if isinstance(reference, Reference) else Reference.measure(reference, **options)
    known = train if train is None or isinstance(train, Reference) else Reference.measure(train, **options)
    clouds = list(_clouds(shapes, target.points))
    measures = {"chamfer": chamfer_matrix} | ({"emd": earth_mover_matrix} if earth_mover else {})
    return {
        "samples": len(shapes),
        "reference": len(target),
        "comparable": len(clouds) / len(shapes),
        **{
            f"{name}_{key}": value
            for name, measure in measures.items()
            for key, value in _compared(clouds, target, measure).items()
        },
        "jsd": occupancy_divergence(np.stack(clouds), target.clouds) if clouds else None,
        **_near(clouds, target, known),
        **_soundness(shapes),
        "notes": list(_notes(len(clouds), target, known)),
    }


def _clouds(shapes: Iterable[Any], points: int) -> Iterator[Array]:
    for shape in shapes:
        try:
            yield spread_points(shape, points)
        except RepresentationError:
            continue


def _compared(clouds: Sequence[Array], target: Reference, measure: Measure) -> dict[str, float | None]:
    if not clouds:
        return dict.fromkeys(("mmd", "cov", "1nna"))
    across = measure(clouds, target.clouds)
    told = None
    if min(across.shape) > 1:
        told = nearest_neighbour_accuracy(within(measure, np.stack(clouds)), across, _within(target, measure))
    return {"mmd": minimum_matching_distance(across), "cov": coverage(across), "1nna": told}


@lru_cache(maxsize=4)
def _within(target: Reference, measure: Measure) -> Array:
    """Measure a reference in itself, once for all samples that are held against it."""
    return within(measure, target.clouds)


@lru_cache(maxsize=4)
def _threshold(target: Reference, known: Reference) -> float:
    return float(np.median(chamfer_matrix(target.clouds, known.clouds).min(1)))


def _near(clouds: Sequence[Array], target: Reference, known: Reference | None) -> dict[str, float | None]:
    if known is None or not clouds:
        return {"near_train": None, "near_threshold": None}
    threshold = _threshold(target, known)
    nearest = chamfer_matrix(clouds, known.clouds).min(1)
    return {"near_train": near_share(nearest, threshold), "near_threshold": threshold}


def _soundness(shapes: Sequence[Any]) -> dict[str, float | None]:
    """Tell of the meshes among the samples which share is sound; None where there is no mesh."""
    found = [_found(shape) for shape in shapes if not (isinstance(shape, Shape) and shape.is_cloud)]
    sound = [one for one in found if one]
    if not found:
        return dict.fromkeys(("watertight", "manifold", "positive_volume", "solid", "parts", "largest_part"))
    return {
        "watertight": sum(one.watertight for one in sound) / len(found),
        "manifold": sum(one.manifold for one in sound) / len(found),
        "positive_volume": sum(one.volume > 0 for one in sound) / len(found),
        "solid": sum(one.solid for one in sound) / len(found),
        "parts": float(np.mean([one.parts for one in sound])) if sound else None,
        "largest_part": float(np.median([one.largest for one in sound])) if sound else None,
    }


def _found(shape: Any) -> Soundness | None:
    try:
        return soundness(shape) if isinstance(shape, Shape) else None
    except RepresentationError:
        return None


def _notes(count: int, target: Reference, known: Reference | None) -> Iterator[str]:
    if not count:
        yield f"none of the samples is a shape with {target.points} points, so there is nothing to compare"
    elif count != len(target):
        yield f"{count:,} samples against {len(target):,} references: compare cov and 1nna at equal numbers only"
    if known is None:
        yield "near_train was not measured: give what the model was trained on"
    elif known.points != target.points:
        yield f"training shapes have {known.points} points and references {target.points}: near_train is biased"
