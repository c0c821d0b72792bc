"""Where data and samples lie among the codes of a model that has them, and what lies between, as sections of a page."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gdl_core.errors import InputError
from gdl_core.families import Encodes
from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.latent import encode_samples, interpolate
from gdl_core.report.charts import scatter, shaded
from gdl_core.report.page import Section, picture
from gdl_core.report.samples import thinned, valid_objects

MAPPED = 500
"""How many objects of the data, and how many samples, are put on the map."""

WALK = 8
"""How many steps are drawn from one object to the next."""

ACROSS, UP = "first principal axis", "second principal axis"


def latent_sections(pipeline: Pipeline, samples: Sequence[Any], data: Sequence[Any]) -> list[Section]:
    """Draw the codes of data and samples on the two axes along which those of the data vary most, and walks between.

    A family without codes, or with codes that are symbols, has no such sections.
    """
    if not isinstance(pipeline.model, Encodes):
        return []
    groups = {"data": _encoded(pipeline, data), "samples": _encoded(pipeline, samples)}
    codes = {name: codes for name, (_, codes) in groups.items() if len(codes)}
    base = next(iter(codes.values()), torch.empty(0))
    if len(base) < 3 or not base.is_floating_point():
        return []
    axes, share = principal_axes(base)
    places = {name: ((found - base.mean(0)) @ axes).tolist() for name, found in codes.items()}
    objects = [thing for name, (things, _) in groups.items() if name in places for thing in things]
    points = [(x, y) for part in places.values() for x, y in part]
    charts = [scatter(places, across=ACROSS, up=UP), _shaded_by_property(pipeline, objects, points)]
    note = (
        f"The two axes hold {share:.0%} of the variance of the codes of {base.shape[1]} numbers each: what lies "
        "apart here is apart, and what lies together here may still differ."
    )
    latent_map = Section("Latent map", f'<p class="note">{note}</p><div class="charts">{"".join(charts)}</div>')
    return [latent_map, *_walk(pipeline, groups["data"][0] or objects)]


def principal_axes(codes: Tensor) -> tuple[Tensor, float]:
    """Return the two axes along which codes vary most, and the share of the variance that they hold.

    Shapes: (codes, size) -> (size, 2).

    Example:
        >>> axes, share = principal_axes(torch.tensor([[0.0, 0.0, 1.0], [2.0, 0.0, 1.0], [1.0, 0.5, 1.0]]))
        >>> axes.abs().round(decimals=2).tolist(), round(share, 2)
        ([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], 1.0)
    """
    _, values, axes = torch.linalg.svd(codes - codes.mean(0), full_matrices=False)
    two = torch.zeros(codes.shape[1], 2)
    two[:, : len(axes[:2])] = axes[:2].T
    variance = values.square()
    return two, float(variance[:2].sum() / variance.sum().clamp_min(1e-12))


def _encoded(pipeline: Pipeline, objects: Sequence[Any]) -> tuple[list[Any], Tensor]:
    """Return the objects that can be encoded and their codes. Shapes: (objects, size)."""
    valid, _ = valid_objects(pipeline.domain, thinned(objects, MAPPED))
    found = zip(valid, pipeline.representation.encode_many(valid), strict=True)
    fitting = [(thing, sample) for thing, sample in found if not isinstance(sample, InputError)]
    if not fitting:
        return [], torch.empty(0, 0)
    codes = encode_samples(pipeline, [sample for _, sample in fitting]).flatten(1).cpu()
    return [thing for thing, _ in fitting], codes


def _walk(pipeline: Pipeline, objects: Sequence[Any]) -> list[Section]:
    """Draw what lies between the codes of the first, the middle and the last of some objects."""
    domain = pipeline.domain
    if not domain.has("draw"):
        return []
    ends = [objects[0], objects[len(objects) // 2], objects[-1]]
    path = [thing for start, end in pairwise(ends) for thing in interpolate(pipeline, start, end, steps=WALK)]
    valid, _ = valid_objects(domain, path)
    if not valid:
        return []
    left = f"; {len(path) - len(valid)} decode to none and are left out" if len(valid) < len(path) else ""
    caption = (
        f"What the model makes of {WALK} codes on the line from one {domain.object_name} to a second, and of as many "
        f"from there to a third{left}."
    )
    return [Section("Latent walk", picture(domain.load("draw")(valid, columns=WALK), caption))]


def _shaded_by_property(pipeline: Pipeline, objects: Sequence[Any], points: Sequence[tuple[float, float]]) -> str:
    """Draw the map in the shades of that property which follows its axes most."""
    if not pipeline.domain.has("histograms"):
        return ""
    found: Mapping[str, Sequence[float]] = pipeline.domain.load("histograms")(objects)
    follows = {name: explained(points, values) for name, values in found.items()}
    if not follows:
        return ""
    name = max(follows, key=follows.__getitem__)
    return shaded(points, found[name], across=ACROSS, up=UP, name=name)


def explained(points: Sequence[tuple[float, float]], values: Sequence[float]) -> float:
    """Return the share of the variance of values that a plane over the points explains.

    Example:
        >>> round(explained([(0, 0), (1, 0), (0, 1), (1, 1)], [1.0, 3.0, 2.0, 4.0]), 3)
        1.0
    """
    plane = np.column_stack([np.ones(len(points)), np.asarray(points, float)])
    wanted = np.asarray(values, float)
    rest = wanted - plane @ np.linalg.lstsq(plane, wanted, rcond=None)[0]
    return 1 - float(rest.var()) / (float(wanted.var()) or 1.0)
