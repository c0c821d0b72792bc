"""Ask a model for molecules with given properties, and measure how near they come.

    python tools/benchmarks/asked_properties.py --model runs/mine
    python tools/benchmarks/asked_properties.py --model runs/mine --ask logP=0,2,4 --option guidance=2

For each value that is asked for, raw draws are made; the mean absolute error of the valid ones stands beside that of
the same model's draws without any condition, which is what asking has to beat. Uniqueness is the share of different
molecules among the valid ones: a model that always gives the same fitting molecule gains nothing.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import gdl_molecules as gdl
from gdl_core.cli.options import conditions, family_options
from gdl_core.cli.output import print_table
from gdl_core.errors import UsageError, nearest, same_name
from gdl_core.metrics import uniqueness
from gdl_core.pipeline import Pipeline
from gdl_core.workers import spread
from gdl_molecules.descriptors import ASKABLE
from gdl_molecules.measures import numbers

ASKED = ["logP=0,2,4", "weight=250,300,350"]
COLUMNS = ("asked", "error", "unconditional", "ratio", "valid", "unique")


def main() -> None:
    """Draw, measure and print."""
    arguments = read_arguments()
    pipeline = gdl.load(arguments.model, device=arguments.device)
    rows = measure(
        pipeline, wanted(arguments.ask), arguments.count, seed=arguments.seed, options=family_options(arguments.option)
    )
    print(json.dumps(rows, indent=1)) if arguments.json else print_table(rows, COLUMNS)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--ask", action="append", help=f"a property and values; default: {' and '.join(ASKED)}")
    parser.add_argument("--count", type=int, default=1000, help="raw draws for each value (default: %(default)s)")
    parser.add_argument("--option", action="append", help="an option of the family, such as guidance=2")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def wanted(texts: Sequence[str] | None) -> dict[str, list[float]]:
    """Read what to ask for: values by property."""
    found: dict[str, list[float]] = {}
    for name, values in conditions(list(texts or ASKED)).items():
        known = same_name(name, ASKABLE)
        if known is None:
            raise UsageError(f"{name!r} cannot be measured; {nearest(name, ASKABLE)}")
        found[known] = values if isinstance(values, list) else [values]
    return found


def measure(
    pipeline: Pipeline, asked: Mapping[str, Sequence[float]], count: int, *, seed: int, options: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return a row for each value that is asked for."""
    free = drawn(pipeline, count, seed, {}, options)
    rows = []
    for name, values in asked.items():
        own = [row(drawn(pipeline, count, seed, {name: value}, options), free, name, value, count) for value in values]
        rows += [*own, together(name, own)]
    return rows


def row(found: Sequence[str], free: Sequence[str], name: str, value: float, count: int) -> dict[str, Any]:
    """Hold the molecules found for a value against those drawn without one."""
    error, without = (mean_error(smiles, name, value) for smiles in (found, free))
    shares = {"valid": len(found) / count, "unique": uniqueness(found) if found else 0.0}
    return {
        "asked": f"{name} = {value:g}",
        "error": error,
        "unconditional": without,
        "ratio": error / without,
        **shares,
    }


def together(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Average over the values of a property."""
    means = {column: float(np.mean([row[column] for row in rows])) for column in COLUMNS[1:]}
    return {"asked": f"{name}, all", **means, "ratio": means["error"] / means["unconditional"]}


def drawn(
    pipeline: Pipeline, count: int, seed: int, asked: Mapping[str, float], options: Mapping[str, Any]
) -> list[str]:
    """Draw so many, and return the canonical SMILES of the valid ones."""
    raw = [draw.object or "" for draw in pipeline.draw(count, seed=seed, conditions=asked, **options)]
    return [smiles for smiles in spread("gdl_molecules.measures:identity", raw) if smiles]


def mean_error(smiles: Sequence[str], name: str, value: float) -> float:
    """Return the mean distance of a property from the value."""
    found = np.array([numbers(one, [name])[0] for one in smiles])
    return float(np.abs(found - value).mean()) if len(found) else float("nan")


if __name__ == "__main__":
    main()
