"""From files to a trained model."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

from gdl_core.conditions import Condition
from gdl_core.data import Dataset, is_dataset
from gdl_core.domains import Domain
from gdl_core.errors import GdlError, Skipped, UsageError, nearest
from gdl_core.families import Family
from gdl_core.folders import sweep
from gdl_core.pairing import Design, build, families, widen
from gdl_core.pipeline.pipeline import Pipeline
from gdl_core.pipeline.preparing import Unknown, prepare_files
from gdl_core.pipeline.survey import Source
from gdl_core.recipes import Recipe, find_recipe
from gdl_core.training import Trained, TrainingOptions, train
from gdl_core.training.folder import DATA, RunFolder

MINUTES = 10
"""How long a run trains when neither steps nor a time are given."""


@dataclass(frozen=True)
class Plan:
    """What a training run will do: the model to begin with, its design, the options and the data."""

    model: Family
    design: Design
    options: TrainingOptions
    dataset: Dataset
    recipe: Recipe | None


def train_from_files(
    domain: Domain,
    sources: Sequence[Source],
    out: Source,
    *,
    recipe: str | None = None,
    family: str | None = None,
    variant: str | None = None,
    representation: str | None = None,
    representation_options: Mapping[str, Any] | None = None,
    model: str | Path | None = None,
    unknown: Unknown = "extend",
    conditions: Sequence[str] = (),
    column: str | None = None,
    options: Mapping[str, Any] | None = None,
    seed: int | None = None,
    resume: bool = False,
    replace: bool = False,
    dry_run: bool = False,
    skipped: Callable[[Skipped], None] = lambda skip: None,
    prepared: Callable[[int], None] = lambda count: None,
    progress: Callable[[dict[str, Any]], None] = lambda event: None,
) -> Trained | Plan:
    """Train on files, or on one prepared data set, in the run folder `out`.

    A new model follows the first recipe that has this name, family, variant and representation, or is the family's
    plain one where no recipe has that family, variant and representation together; `model` names one to go on from.
    `representation_options` go before the recipe's own; a prepared data set or a model has its representation already.
    `conditions` are columns of the data, or properties that the domain measures, that samples can later be asked for.
    `options` are fields of `TrainingOptions`. With `resume` the run goes on as it was begun; what is said again must be
    what was said then.
    With `dry_run` nothing is written but a temporary data set, and the plan is returned.
    """
    folder = RunFolder(Path(out))
    options = {**(options or {}), **({} if seed is None else {"seed": seed})}
    if resume and folder.checkpoints():
        options = {**_begun_with(folder, options), **options}
        if not any((recipe, family, variant, representation, representation_options, model, conditions)):
            return _go_on(domain, sources, folder, TrainingOptions.from_config(options), progress)
    start = None if model is None else Pipeline.from_pretrained(model, domain)
    chosen = None if start else _find(domain, recipe, family, variant, representation)
    settings = _settings(chosen, options)
    given = start.representation if start else chosen.representation if chosen else None
    _check_free(representation_options, start, sources)
    if start and not conditions:
        conditions = [condition.name for condition in start.design.conditions]

    def data(home: Path) -> Dataset:
        if ready := _ready(domain, sources, home / DATA, resume):
            return ready
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            raise UsageError(
                "several processes cannot prepare one data set; run `prepare` first, and train on what it wrote"
            )
        return prepare_files(
            domain, sources, home / DATA, representation=given, unknown=unknown if start else "extend",
            representation_options={
                **(chosen.representation_options if chosen else {}), **(representation_options or {}),
            },
            columns=conditions, column=column, replace=replace, skipped=skipped, progress=prepared,
        )  # fmt: skip

    if dry_run:
        with tempfile.TemporaryDirectory() as home:
            return _plan(data(Path(home)), start, chosen, conditions, settings)
    if Path(out).exists() and not (resume or replace):
        raise UsageError(f"{out} exists already; resume it, replace it, or choose another folder")
    begun = resume and folder.description.is_file()
    if resume and not begun:  # it was killed while it prepared its data, or never started
        sweep(Path(out))
    with _leaving_nothing(Path(out)):
        plan = _plan(data(Path(out)), start, chosen, conditions, settings)
    return train(
        plan.model, plan.dataset, out, options=settings, design=plan.design, resume=begun, replace=replace,
        progress=progress,
    )  # fmt: skip


def _check_free(asked: Mapping[str, Any] | None, start: Pipeline | None, sources: Sequence[Source]) -> None:
    """Refuse options of a representation that is there already."""
    if asked and start:
        raise UsageError("a model that goes on learning keeps its representation; leave out what it is to be like")
    if asked and len(sources) == 1 and is_dataset(sources[0]):
        raise UsageError(f"{sources[0]} was prepared already; give the representation's options to `prepare`")


@contextmanager
def _leaving_nothing(out: Path) -> Iterator[None]:
    """Take away a folder that came to be in the block, when what it was made for is refused."""
    fresh = not out.exists()
    try:
        yield
    except GdlError:
        if fresh:
            shutil.rmtree(out, ignore_errors=True)
        raise


def _find(
    domain: Domain, recipe: str | None, family: str | None, variant: str | None, representation: str | None
) -> Recipe:
    """Return the recipe asked for; what no recipe has together is taken with the family's own defaults."""
    recipes: Sequence[Recipe] = domain.load("recipes") if domain.has("recipes") or recipe else ()
    asked = (family, variant, representation)
    known = any(
        all(
            value in (None, found)
            for value, found in zip(asked, (one.family, one.variant, one.representation), strict=True)
        )
        for one in recipes
    )
    if known or recipe:
        return find_recipe(recipes, name=recipe, family=family, variant=variant, representation=representation)
    if family and family not in families():
        raise UsageError(f"there is no family {family!r}; {nearest(family, families())}")
    chosen = family or "autoregressive", representation or next(iter(domain.representations))
    return Recipe("plain", "The family's own defaults.", "", *chosen, variant=variant)


def _begun_with(folder: RunFolder, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a run was begun with; its steps give way to a time that is asked for, and so on."""
    found = folder.read()["options"]
    ends = {"steps", "time"}
    return {name: value for name, value in found.items() if name not in ends or not ends & options.keys()}


def _go_on(
    domain: Domain,
    sources: Sequence[Source],
    folder: RunFolder,
    options: TrainingOptions,
    progress: Callable[[dict[str, Any]], None],
) -> Trained:
    """Resume a run that has a checkpoint, from which its weights come."""
    dataset = _ready(domain, sources, folder.path / DATA, True)
    if dataset is None:
        raise UsageError(f"{folder.path} was trained on a prepared data set, not on files of its own; name that again")
    design = Design.from_config(folder.read()["design"])
    return train(
        build(design, seed=options.seed), dataset, folder.path, options=options, design=design, resume=True,
        progress=progress,
    )  # fmt: skip


def _settings(recipe: Recipe | None, options: Mapping[str, Any]) -> TrainingOptions:
    """Take what was asked for, else what the recipe says, else the defaults."""
    chosen = {**(recipe.training if recipe else {}), **options}
    if not {"steps", "time"} & {name for name, value in chosen.items() if value is not None}:
        chosen["time"] = 60.0 * MINUTES
    return TrainingOptions.from_config(chosen)


def _ready(domain: Domain, sources: Sequence[Source], own: Path, resume: bool) -> Dataset | None:
    """Open the data set that is there already: the only source, or the one of the run to be resumed."""
    if len(sources) == 1 and is_dataset(sources[0]):
        return Dataset.open(sources[0], domain=domain.name)
    if resume and is_dataset(own):
        return Dataset.open(own, domain=domain.name)
    return None


def _plan(
    dataset: Dataset,
    start: Pipeline | None,
    recipe: Recipe | None,
    conditions: Sequence[str],
    options: TrainingOptions,
) -> Plan:
    asked = {condition.name: condition for condition in map(dataset.condition, conditions)}
    if start is None:
        assert recipe is not None
        design = Design(
            recipe.family,
            dataset.space,
            recipe.network,
            recipe.family_options,
            recipe.network_options,
            tuple(asked.values()),
            recipe.variant,
        )
        return Plan(build(design, seed=options.seed), design, options, dataset, recipe)
    _check_kept(start.design.conditions, asked)
    speaks = dataset.representation_config
    if speaks["name"] != start.representation.name:
        raise UsageError(
            f"the data set is made of {speaks['name']!r} and the model speaks {start.representation.name!r}; "
            "prepare the data anew"
        )
    if not is_widened(speaks["config"], start.representation.to_config()):
        raise UsageError(
            "the data set numbers its symbols in another way than the model; train on the files themselves, or prepare "
            "them with the model's representation"
        )
    design = changed(start.design, space=dataset.space)
    return Plan(widen(start.model, design, seed=options.seed), design, options, dataset, None)


def _check_kept(kept: Sequence[Condition], found: Mapping[str, Condition]) -> None:
    """Refuse data that do not say of their samples what a trained model is told of them."""
    for condition in kept:
        other = found.get(condition.name)
        new = set(getattr(other, "labels", ())) - set(getattr(condition, "labels", ()))
        if type(other) is not type(condition) or new:
            what = f"what is new in the data is {', '.join(map(repr, sorted(new)))}; " * bool(new)
            raise UsageError(
                f"the model keeps its condition {condition.name!r} as it was trained; {what}start a new one"
            )
    if more := found.keys() - {condition.name for condition in kept}:
        raise UsageError(f"the model was trained without the condition {min(more)!r}; leave it out, or start a new one")


def is_widened(wide: Any, narrow: Any) -> bool:
    """Tell whether the config of a representation is that of another one, or of that one after `extend`.

    Lists and texts may have grown at their end and numbers may be greater; everything else is the same.

    Example:
        >>> is_widened({"letters": ["a", "b", "c"]}, {"letters": ["a", "b"]})
        True
        >>> is_widened({"letters": ["b", "a"]}, {"letters": ["a", "b"]})
        False
    """
    if isinstance(narrow, Mapping):
        return wide.keys() == narrow.keys() and all(is_widened(wide[key], narrow[key]) for key in narrow)
    if isinstance(narrow, list | tuple | str):
        return wide[: len(narrow)] == narrow
    if isinstance(narrow, int | float) and not isinstance(narrow, bool):
        return wide >= narrow
    return wide == narrow
