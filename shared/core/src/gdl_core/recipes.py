"""Named systems of the literature, described as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gdl_core.errors import UsageError, nearest


@dataclass(frozen=True)
class Recipe:
    """A family, a network and their settings under the name that the literature gave them.

    `training` holds fields of `gdl_core.training.TrainingOptions` that differ from the defaults.
    """

    name: str
    summary: str
    paper: str
    family: str
    representation: str
    variant: str | None = None
    network: str | None = None
    network_options: Mapping[str, Any] = field(default_factory=dict)
    family_options: Mapping[str, Any] = field(default_factory=dict)
    representation_options: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)


def find_recipe(
    recipes: Sequence[Recipe],
    *,
    name: str | None = None,
    family: str | None = None,
    variant: str | None = None,
    representation: str | None = None,
) -> Recipe:
    """Return the first recipe that has this name, family, variant and representation; None means any.

    Example:
        >>> recipe = Recipe("char-rnn", "", "", family="autoregressive", representation="smiles")
        >>> find_recipe([recipe], family="autoregressive").name
        'char-rnn'
    """
    wanted = {"name": name, "family": family, "variant": variant, "representation": representation}
    left = list(recipes)
    for field_name, value in wanted.items():
        kept = [recipe for recipe in left if value in (None, getattr(recipe, field_name))]
        if not kept:
            there = {str(getattr(recipe, field_name)) for recipe in left}
            label = "recipe" if field_name == "name" else f"recipe with the {field_name}"
            raise UsageError(f"there is no {label} {value!r}; {nearest(str(value), there)}")
        left = kept
    return left[0]
