"""``gdl <domain> models`` and ``gdl <domain> recipes``: what can be sampled and what can be trained."""

import json as json_module
from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import typer

from gdl_core.cli.options import Json
from gdl_core.cli.output import print_json, print_table, tell
from gdl_core.domains import Domain
from gdl_core.recipes import Recipe

SHOWN = 6
"""How many measures of a model stand in the table; JSON and the model's card have all."""


def models(context: typer.Context, json: Json = False) -> None:
    """List the models that come with this domain."""
    rows = list_models(context.obj)
    if json:
        return print_json(rows)
    if not rows:
        return tell(f"no model comes with {context.obj.name}; `gdl {context.obj.name} train` makes one")
    rows = [{**row, "metrics": dict(islice(row["metrics"].items(), SHOWN))} for row in rows]
    print_table(rows, ["name", "family", "representation", "parameters", "default", "licence", "trained_on", "metrics"])


def recipes(context: typer.Context, json: Json = False) -> None:
    """List the named systems that can be trained."""
    domain: Domain = context.obj
    found: Sequence[Recipe] = domain.load("recipes") if domain.has("recipes") else ()
    rows = [asdict(recipe) for recipe in found]
    if json:
        return print_json(rows)
    if not rows:
        return tell(f"no recipe comes with {domain.name}")
    print_table(rows, ["name", "family", "variant", "network", "representation", "paper", "summary"])


def list_models(domain: Domain) -> list[dict[str, Any]]:
    """Describe the shipped models, as `gdl <domain> models --json` prints them. One that is damaged is left out."""
    rows = []
    for name, folder in domain.shipped_models().items():
        try:
            rows.append({"name": name, "default": name == domain.default_model, **_describe(folder)})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            tell(f"warning: the model {name} is left out, {folder} is damaged: {type(error).__name__}: {error}")
    return rows


def _describe(folder: Path) -> dict[str, Any]:
    config = _read(folder / "config.json")
    info = config.get("info", {})
    return {
        "family": config["design"]["family"],
        "space": config["design"]["space"]["kind"],
        "representation": _read(folder / "representation.json")["name"],
        "parameters": config["parameters"],
        "licence": info.get("licence"),
        "trained_on": info.get("trained_on"),
        "metrics": info.get("metrics", {}),
    }


def _read(path: Path) -> Any:
    return json_module.loads(path.read_text(encoding="utf-8"))
