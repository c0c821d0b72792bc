"""Which network serves which family on which space: the only place that knows both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import torch
from torch import nn

from gdl_core.conditions import Condition, conditions_from_config, conditions_to_config
from gdl_core.errors import UsageError, nearest
from gdl_core.families import FAMILIES, Family
from gdl_core.networks.recurrent import Recurrent
from gdl_core.networks.transformer import Transformer
from gdl_core.spaces import Space, space_from_config

NETWORKS: dict[tuple[str, str], dict[str, type[nn.Module]]] = {
    ("autoregressive", "tokens"): {"transformer": Transformer, "recurrent": Recurrent},
}
"""For each (family, space kind) the networks by name; the first is the default."""


@dataclass(frozen=True)
class Design:
    """All that is needed to build a model, trained or not, as JSON values.

    Example:
        >>> from gdl_core.spaces import Tokens
        >>> design = Design("autoregressive", Tokens(30, 60), network="recurrent", network_options={"width": 32})
        >>> Design.from_config(design.to_config()) == design
        True
    """

    family: str
    space: Space
    network: str | None = None
    family_options: Mapping[str, Any] = field(default_factory=dict)
    network_options: Mapping[str, Any] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()

    def to_config(self) -> dict[str, Any]:
        """Describe the design as JSON values."""
        return {
            "family": self.family,
            "space": self.space.to_config(),
            "network": self.network,
            "family_options": dict(self.family_options),
            "network_options": dict(self.network_options),
            "conditions": conditions_to_config(self.conditions),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Rebuild what `to_config` described."""
        return cls(
            config["family"],
            space_from_config(config["space"]),
            config["network"],
            config["family_options"],
            config["network_options"],
            conditions_from_config(config["conditions"]),
        )


def pairs() -> list[tuple[str, str]]:
    """Return the (family, space kind) pairs that can be built.

    Example:
        >>> ("autoregressive", "tokens") in pairs()
        True
    """
    return sorted(NETWORKS)


def build(design: Design, *, seed: int = 0) -> Family:
    """Build an untrained model, its weights drawn from the seed. The global random state is left as it was.

    Example:
        >>> from gdl_core.spaces import Tokens
        >>> build(Design("autoregressive", Tokens(30, 60))).network.__class__.__name__
        'Transformer'
    """
    if design.family not in FAMILIES:
        raise UsageError(f"there is no family {design.family!r}; {nearest(design.family, FAMILIES)}")
    network = find_network(design.family, design.space.kind, design.network)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # noqa: TID251 - only within the fork
        try:
            built = network(design.space, conditions=design.conditions, **design.network_options)
            return FAMILIES[design.family](design.space, built, **design.family_options)
        except (TypeError, ValueError) as error:
            raise UsageError(f"{design.family} with {network.__name__} cannot be built: {error}") from error


def widen(model: Family, design: Design, *, seed: int = 0) -> Family:
    """Return the model for a space that holds more, with all that it has learned.

    A tensor that has grown keeps its old part at its beginning; the rest is as in a new model.

    Example:
        >>> from gdl_core.spaces import Tokens
        >>> small = build(Design("autoregressive", Tokens(5, 8)))
        >>> large = widen(small, Design("autoregressive", Tokens(7, 8)))
        >>> torch.equal(large.network.embedding.weight[:6], small.network.embedding.weight)
        True
    """
    wide = build(design, seed=seed)
    learned = model.state_dict()
    with torch.no_grad():
        for name, tensor in wide.state_dict().items():
            old = learned[name]
            if any(now < before for now, before in zip(tensor.shape, old.shape, strict=True)):
                raise UsageError(f"{name} would shrink from {tuple(old.shape)} to {tuple(tensor.shape)}")
            tensor[tuple(slice(size) for size in old.shape)] = old
    return wide


def find_network(family: str, kind: str, name: str | None) -> type[nn.Module]:
    """Return the network of this name (None: the default) for a pair; say what there is when there is none."""
    networks = NETWORKS.get((family, kind))
    if networks is None:
        there = ", ".join(f"{f} on {s}" for f, s in pairs())
        raise UsageError(f"no network serves {family} on {kind}; there is: {there}")
    if name is None:
        return next(iter(networks.values()))
    if name not in networks:
        raise UsageError(f"no network {name!r} serves {family} on {kind}; {nearest(name, networks)}")
    return networks[name]
