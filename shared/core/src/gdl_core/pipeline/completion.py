"""Drawing what is not known of objects, around what is."""

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any

from torch import Tensor

from gdl_core.errors import UsageError
from gdl_core.families import Family
from gdl_core.families.given import Given
from gdl_core.pairing import variants
from gdl_core.pipeline.asking import request
from gdl_core.pipeline.pipeline import Pipeline

BATCH = 256


def check_keeps(model: Family) -> None:
    """Refuse a model whose family cannot keep what is known of a sample."""
    if not keeps(model):
        kind = model.space.kind
        able = sorted(
            {f"{family.name} ({family.variant})" for family in variants() if kind in family.spaces and keeps(family)}
        )
        raise UsageError(
            f"the family {model.name!r} ({model.variant}) cannot draw around what is known; "
            f"these can: {', '.join(able)}"
        )


def complete(
    pipeline: Pipeline,
    objects: Sequence[Any],
    known: Tensor,
    *,
    seed: int = 0,
    batch_size: int = BATCH,
    precision: str = "auto",
    conditions: Mapping[str, Any] | None = None,
    progress: Callable[[int], None] = lambda count: None,
    **options: Any,
) -> list[Any]:
    """Draw anew what is not known of each object; what is known comes back as the representation holds it.

    The same seed gives the same results whatever the batch size. `options` are the family's. What comes out as no
    object is None. For models whose samples have one size: on grids and in vector spaces.

    Shapes: `known`, True where a sample is known, that of one sample, or one that spreads to it.

    Raises:
        UsageError: The family cannot keep what is known.
        RepresentationError: An object cannot be represented; it is named.
    """
    check_keeps(pipeline.model)
    asked = request(pipeline.representation, pipeline.model, pipeline.design.conditions, asked=conditions)
    space = pipeline.design.space
    pipeline.model.eval()
    found: list[Any] = []
    for start in range(0, len(objects), batch_size):
        samples = [pipeline.representation.encode(thing) for thing in objects[start : start + batch_size]]
        filled = space.fill(space.collate(samples))
        given = Given(filled, tuple(known.expand(part.shape) for part in filled.parts))
        numbers = range(start, start + len(samples))
        draws = pipeline.draw_at(numbers, seed, precision, {**asked, "given": given}, options)
        found += [draw.object for draw in draws]
        progress(len(found))
    return found


def keeps(family: Family | type[Family]) -> bool:
    """Tell whether a family can keep what is known of a sample."""
    return "given" in signature(family.sample).parameters
