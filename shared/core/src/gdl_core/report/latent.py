"""Where data and samples lie among the codes of a model that has them, and what lies between, as sections of a page."""

from collections.abc import Mapping, Sequence
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

WALKS, STEPS = 3, 6
"""How many walks between two objects are drawn, and how many objects stand in each."""

ACROSS, UP = "first principal axis", "second principal axis"


def latent_sections(pipeline: Pipeline, samples: Sequence[Any], data: Sequence[Any]) -> list[Section]:
    """Draw the codes of data and samples on the two axes along which those of the data vary most.

    A family without codes, or with codes that are symbols, has no such section.
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
    return [Section("Latent map", f'<p class="note">{note}</p><div class="charts">{"".join(charts)}</div>')]


def walk_sections(pipeline: Pipeline, data: Sequence[Any]) -> list[Section]:
    """Draw what lies between some pairs of objects among the codes of a model, one walk in a row.

    A family without codes, or with codes that are symbols, and a domain without pictures, have no such section.
    """
    if not isinstance(pipeline.model, Encodes) or not pipeline.domain.has("draw"):
        return []
    objects, codes = _encoded(pipeline, thinned(data, 4 * WALKS))
    pairs = list(zip(objects[0::2], objects[1::2], strict=False))[:WALKS]
    if not pairs or not codes.is_floating_point():
        return []
    drawn = [thing for start, end in pairs for thing in interpolate(pipeline, start, end, steps=STEPS)]
    caption = "Each row goes evenly from the code of one object of the data to that of another."
    return [Section("Latent walks", picture(pipeline.domain.load("draw")(drawn, columns=STEPS), caption))]


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
