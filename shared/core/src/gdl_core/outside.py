"""Families and networks that other distributions bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint
from typing import Any

from torch import nn

from gdl_core.families import Family
from gdl_core.plugins import load_plugins


@dataclass(frozen=True)
class Outside:
    """What other distributions bring: families, and networks for (role, space kind) by name.

    A family is named in the entry-point group ``gdl.families``, under any name. A network is named in the group
    ``gdl.networks``, under its own name; the class says in `serves` for which (role, space kind) it was made.
    """

    families: tuple[type[Family], ...]
    networks: Mapping[tuple[str, str], Mapping[str, type[nn.Module]]]
    troubles: tuple[str, ...]


@cache
def outside() -> Outside:
    """Find the families and networks of other distributions; those that cannot be used are named in `troubles`."""
    families, no_families = load_plugins("gdl.families", "family", _no_family)
    networks, no_networks = load_plugins("gdl.networks", "network", _no_network)
    table: dict[tuple[str, str], dict[str, type[nn.Module]]] = {}
    for name, network in networks.items():
        for pair in network.serves:
            table.setdefault(pair, {})[name] = network
    return Outside(tuple(families.values()), table, no_families + no_networks)


def _no_family(plugin: Any, point: EntryPoint) -> str | None:
    if isinstance(plugin, type) and issubclass(plugin, Family):
        return None
    return f"names {point.value!r}, which is no gdl_core.families.Family"


def _no_network(plugin: Any, point: EntryPoint) -> str | None:
    if isinstance(plugin, type) and issubclass(plugin, nn.Module) and hasattr(plugin, "serves"):
        return None
    return f"names {point.value!r}, which is no torch.nn.Module with an attribute `serves`"
