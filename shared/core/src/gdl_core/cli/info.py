"""``gdl info``: what is installed here, and what can be built with it."""

import platform
from typing import Any

import typer

from gdl_core import __version__
from gdl_core.cli.options import Json
from gdl_core.cli.output import print_facts, print_json
from gdl_core.domains import Installed


def info(context: typer.Context, json: Json = False) -> None:
    """Show what is installed and what can be built."""
    document = describe(context.obj)
    (print_json if json else print_facts)(document)


def describe(installed: Installed) -> dict[str, Any]:
    """Return what `gdl info --json` prints."""
    import torch

    from gdl_core.outside import outside
    from gdl_core.pairing import families, pairs
    from gdl_core.spaces import SPACES

    return {
        "version": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "device": _device(torch),
        "domains": sorted(installed.domains),
        "without_models": sorted(name for name, domain in installed.domains.items() if domain.empty),
        "families": families(),
        "spaces": sorted(SPACES),
        "pairs": [list(pair) for pair in pairs()],
        "troubles": [*installed.troubles, *outside().troubles],
    }


def _device(torch: Any) -> str:
    if torch.cuda.is_available():
        return f"cuda ({torch.cuda.get_device_name()})"
    return "cpu"
