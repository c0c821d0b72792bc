"""What other distributions bring, found through entry points. One that is broken is reported and hides no other."""

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

Check = Callable[[Any, EntryPoint], str | None]
"""Says what is wrong with what a plug-in brings, or nothing."""


def load_plugins(
    group: str, what: str, *checks: Check, points: Iterable[EntryPoint] | None = None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Import what an entry-point group names; return it by name, and one line for each that could not be used.

    Where two distributions claim a name, this project's own keeps it, and else the first in the alphabet. `what` is
    the word that the lines use, such as ``domain``.

    Example:
        >>> load_plugins("gdl.nothing", "thing", points=[EntryPoint("pi", "math:pi", "gdl.nothing")])
        ({'pi': 3.141592653589793}, ())
    """
    found: dict[str, Any] = {}
    troubles = []
    for point in sorted(entry_points(group=group) if points is None else points, key=_precedence):
        plugin, trouble = _open(point, checks)
        if not trouble and point.name in found:
            trouble = "is passed over: the name is already taken"
        if trouble:
            troubles.append(f"the {what} {point.name!r} of {_origin(point)} {trouble}")
        else:
            found[point.name] = plugin
    return found, tuple(troubles)


def _precedence(point: EntryPoint) -> tuple[str, bool, str]:
    return point.name, _origin(point).split(" ")[0] not in (f"gdl-{point.name}", "gdl-core"), _origin(point)


def _origin(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value


def _open(point: EntryPoint, checks: Iterable[Check]) -> tuple[Any, str | None]:
    try:
        plugin = point.load()
    except (Exception, SystemExit) as error:  # whatever a stranger does must not take the others down
        return None, f"fails to import: {type(error).__name__}: {' '.join(str(error).split())}"
    return plugin, next((trouble for check in checks if (trouble := check(plugin, point))), None)
