"""The page of recipes: what each reached, and what it is better than."""

import math
from collections.abc import Mapping
from typing import Any

from recipe_data import COMPARED, HELD_OUT, MOSES, QM9, Data, data_of

from gdl_core.recipes import Recipe
from gdl_molecules.recipes import RECIPES

Results = Mapping[str, Mapping[str, Any]]

INDEPENDENT = "one by one"
COMBINATORIAL = 4.24
"""The FCD that MOSES prints for its combinatorial generator, of 30,000 molecules."""
QUALITIES = (("valid", 3), ("unique", 3), ("fcd", 2))


def page(results: Results, *, drawn: int) -> str:
    """Write the page of what was measured on so many draws of each."""
    rows: dict[Data, list[str]] = {MOSES: [], QM9: []}
    about = []
    for recipe in RECIPES:
        if found := results.get(recipe.name):
            rows[data_of(recipe)].append(row(recipe, found))
            text = f"{recipe.summary} {verdict(recipe, results)}"
            about.append(f"### {recipe.name}\n\n{text}\n\n![Twelve draws](pictures/{recipe.name}.svg)\n")
    if baseline := results.get(INDEPENDENT):
        rows[QM9].append(
            f"| {INDEPENDENT} | | no network | | | {figure(baseline['nats'], 2)} | – | – | "
            f"{' | '.join(figure(baseline[name], places) for name, places in QUALITIES)} |"
        )
    return PAGE.format(
        header=HEADER, tokens="\n".join(rows[MOSES]), graphs="\n".join(rows[QM9]), recipes="\n".join(about),
        moses=MOSES.count, qm9=QM9.count, held_out=HELD_OUT, drawn=drawn, compared=COMPARED,
        combinatorial=COMBINATORIAL,
    )  # fmt: skip


def row(recipe: Recipe, found: Mapping[str, Any]) -> str:
    """Write the row of a recipe; where it has no such measure, a dash."""
    variant = f", {recipe.variant}" if recipe.variant else ""
    mark = {"lower_bound": "≤ ", "estimate": "≈ "}.get(found.get("nats_kind", ""), "")
    cells = [
        f"`{recipe.name}`",
        recipe.paper,
        f"{recipe.family}{variant} on {found['space']['kind']} ({recipe.representation})",
        f"{found['parameters']:,}",
        f"{found['minutes']:g} min, {found['epochs']:g} epochs",
        *(mark * (name in found) + figure(found.get(name), 2) for name in ("nats", "untrained_nats")),
        figure(found.get("counted_nats"), 2),
        *(
            f"{figure(found[name], places)} ({figure(found[f'untrained_{name}'], places)})"
            for name, places in QUALITIES
        ),
    ]
    return f"| {' | '.join(cells)} |"


def verdict(recipe: Recipe, results: Results) -> str:
    """Say what a recipe is better than, and what not."""
    found = results[recipe.name]
    twin = {name: found[f"untrained_{name}"] for name, _ in QUALITIES}
    better = {"its untrained twin": is_better(found, twin)}
    if "counted_nats" in found:
        better["counting"] = found["nats"] < found["counted_nats"]
    if data_of(recipe) is MOSES:
        better["MOSES's combinatorial generator"] = distance(found) < COMBINATORIAL
    elif INDEPENDENT in results:
        better["atoms and bonds one by one"] = is_better(found, results[INDEPENDENT])
    won, lost = ([name for name, is_won in better.items() if is_won is side] for side in (True, False))
    if not won:
        return f"**In these minutes it beats neither {' nor '.join(lost)}.**"
    return f"Here it is better than {' and '.join(won)}{', not than ' * bool(lost)}{' or '.join(lost)}."


def is_better(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether draws are nearer to data than others, and no fewer of them valid."""
    return distance(one) < distance(other) and one["valid"] >= other["valid"]


def distance(found: Mapping[str, Any]) -> float:
    """Return the distance of draws to data, which is without end where too few are valid."""
    return math.inf if found["fcd"] is None else found["fcd"]


def figure(value: float | None, places: int) -> str:
    """Write a number, or a dash where there is none."""
    return "–" if value is None else f"{value:,.{places}f}"


HEADER = """| recipe | paper | model | parameters | training | nats | untrained | counting | valid | unique | FCD |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""

PAGE = """# Recipes

What each named system reaches here after a few minutes; `tools/recipes.py` writes this page. Hardware: one core of a
shared CPU, whose own minutes are counted. Nats are those of a molecule, the mean over the first {held_out:,} held out:
lower is better, ≤ marks an upper bound, ≈ an estimate. Beside them stands the untrained twin.

`valid` is the share of {drawn:,} raw draws that RDKit reads, `unique` the share of different ones among these, `FCD`
the Fréchet ChemNet distance of these to the first {compared:,} molecules held out; the untrained twin in brackets. FCD
falls as samples are added, so these few make it larger than the figures that papers print. Below, better than others by
draws means a lower FCD with no fewer of them valid; better than counting means fewer nats.

## Molecules as text

Learned from the first {moses:,} molecules of MOSES's training set. Counting is a back-off model of the last four tokens
(Witten and Bell 1991). MOSES prints an FCD of {combinatorial} for 30,000 molecules of its combinatorial generator, put
together at random of the fragments of its whole training set, its strongest baseline without a network (Polykovskiy et
al. 2020, arXiv:1811.12823); that many draws make an FCD smaller than {drawn:,} do.

A few minutes are the beginning of a training, and large networks lose to counting there; what `smiles-gpt` becomes
after 80 minutes on the whole set is the shipped model `moses`, on the page of [benchmarks](benchmarks.md).
The autoencoders count the divergence at little of its worth, so that codes are faithful, and their bounds are weak.

{header}
{tokens}

## Molecules as graphs

Learned from {qm9:,} molecules of QM9 without stereochemistry. Nothing is repaired, and a graph of several pieces may be
valid. The last row is the baseline: atoms and bonds drawn one by one, as often as they are in molecules of the same
size. What longer trainings reach stands with the shipped models, on the page of [benchmarks](benchmarks.md).

{header}
{graphs}

## The recipes

{recipes}"""
