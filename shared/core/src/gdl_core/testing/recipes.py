"""The law of recipes: each one learns, draws, is saved as what was trained, and is not trained twice."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gdl_core.domains import Domain
from gdl_core.pipeline import Pipeline, train_from_files
from gdl_core.recipes import Recipe
from gdl_core.training import Trained

FALL = 0.05
"""The share of its first loss by which the last steps of a run must lie below it."""


def a_recipe_learns_draws_and_saves(
    domain: Domain,
    recipe: Recipe,
    files: Sequence[Path],
    folder: Path,
    *,
    plain: Callable[[Any], Any],
    steps: int,
    batch_size: int,
    asked: Mapping[str, Any] | None = None,
    **others: Any,
) -> Any:
    """Hold the law and return draws.

    Trains on the files for some steps, in a folder that is new. `asked` gives the conditions to learn and what to ask
    for, `plain` turns draws into what ``==`` compares; others go to `train_from_files`.
    """
    others["options"] = {"steps": steps, "batch_size": batch_size, "device": "cpu", **others.get("options", {})}
    others |= {"recipe": recipe.name, "conditions": tuple(asked or ())}
    run = folder / "run"

    def trained(*, resume: bool = False) -> Pipeline:
        result = train_from_files(domain, files, run, **others, resume=resume)
        assert isinstance(result, Trained) and result.steps == steps
        return Pipeline.from_pretrained(run, domain)

    def drawn(pipeline: Pipeline) -> Any:
        return pipeline.sample(4, seed=0, raw=True, conditions=asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gdl_core.training.report.OFTEN", 0.0)  # every step is told, however fast the machine is
        pipeline = trained()
    _falls(_losses(run))
    draws = drawn(pipeline)
    assert len(draws) == 4
    pipeline.save(folder / "saved")
    assert plain(drawn(Pipeline.from_pretrained(folder / "saved", domain))) == plain(draws)
    assert plain(drawn(trained(resume=True))) == plain(draws)  # nothing is left to do
    return draws


def _losses(run: Path) -> list[float]:
    events = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return [event["loss"] for event in events if event["event"] == "step"]


def _falls(losses: Sequence[float]) -> None:
    """Check that the last quarter's mean lies below the first loss; an energy is a difference, and may pass zero."""
    assert all(map(math.isfinite, losses))
    last = losses[-max(1, len(losses) // 4) :]
    assert sum(last) / len(last) < losses[0] - FALL * abs(losses[0]), losses
