"""The page of recipes: what each reached, and what it is better than."""

from collections.abc import Mapping, Sequence
from typing import Any

from boards.board import Board, Column, Found

from gdl_core.recipes import Recipe

Results = Mapping[str, Mapping[str, Any]]
"""What was measured, by the name of a board, then by that of a recipe."""

BASELINE = "without a network"
"""Where a board keeps what its baseline reached."""


def page(boards: Sequence[type[Board]], results: Results) -> str:
    """Write the page of all that was measured."""
    sections = [section(board, found) for board in boards if (found := results.get(board.name))]
    return f"{HEAD}{''.join(sections)}"


def section(board: type[Board], found: Results) -> str:
    """Write what is learned, the table, and a picture of each."""
    measured = [recipe for recipe in board.recipes() if recipe.name in found]
    titles = ["recipe", "paper", "model", "parameters", "training", board.likelihood, "untrained", "counted"]
    cells = [*titles, *(column.title for column in board.columns)]
    rows = [cells, ["---"] * len(cells), *(row(board, recipe, found[recipe.name]) for recipe in measured)]
    if baseline := found.get(BASELINE):
        rows.append(
            [board.baseline, "", "no network", *[""] * 5, *(figure(column, baseline) for column in board.columns)]
        )
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    return f"\n## {board.title}\n\n{board.text()}\n\n{table}\n{''.join(about(board, one, found) for one in measured)}"


def row(board: type[Board], recipe: Recipe, found: Found) -> list[str]:
    """Write the cells of a recipe; where it has no such measure, a dash."""
    variant = f", {recipe.variant}" if recipe.variant else ""
    mark = {"lower_bound": "≤ ", "estimate": "≈ "}.get(found.get("nats_kind", ""), "")
    scale = board.scale(found["space"])
    marks = {"nats": mark, "untrained_nats": mark, "counted_nats": ""}
    return [
        f"`{recipe.name}`",
        recipe.paper,
        f"{recipe.family}{variant} on {found['space']['kind']} ({recipe.representation})",
        f"{found['parameters']:,}",
        f"{found['minutes']:g} min, {found['epochs']:g} epochs",
        *(f"{mark}{found[name] / scale:,.2f}" if found.get(name) is not None else "–" for name, mark in marks.items()),
        *(f"{figure(column, found)} ({figure(column, found['untrained'])})" for column in board.columns),
    ]


def about(board: type[Board], recipe: Recipe, found: Results) -> str:
    """Say what a recipe is and what it is better than, and show its draws."""
    picture = f"![Some draws](pictures/{board.domain.name}/{recipe.name}.{board.picture})"
    return f"\n### {recipe.name}\n\n{recipe.summary} {verdict(board, recipe, found)}\n\n{picture}\n"


def verdict(board: type[Board], recipe: Recipe, results: Results) -> str:
    """Say what a recipe is better than, and what not."""
    found = results[recipe.name]
    better = {"its untrained twin": board.is_better(found, found["untrained"])}
    if found.get("nats") is not None and found.get("counted_nats") is not None:
        better[board.counting] = found["nats"] < found["counted_nats"]
    if baseline := results.get(BASELINE):
        better[board.baseline] = better.get(board.baseline, True) and board.is_better(found, baseline)
    won, lost = ([name for name, is_won in better.items() if is_won is side] for side in (True, False))
    if not won:
        return f"**In these minutes it beats neither {' nor '.join(lost)}.**"
    return f"Here it is better than {' and '.join(won)}{', not than ' * bool(lost)}{' or '.join(lost)}."


def figure(column: Column, found: Found) -> str:
    """Write a measure, or a dash where there is none."""
    value = found.get(column.name)
    return "–" if value is None else f"{value:,.{column.places}f}"


HEAD = """# Recipes

What each named system reaches here after a few minutes; `tools/recipes.py` writes this page. Hardware: one core of a
shared CPU, whose own minutes are counted. Of likelihoods, lower is better; ≤ marks an upper bound, ≈ an estimate.
Beside them stand the untrained twin and a baseline that counts; the measures of the twin's draws stand in brackets.
Better than counting means a better likelihood.
"""
