"""How a trained pipeline becomes a shipped model, with what it reached."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from steps import hardware, models_of, say

from gdl_core.training import Trained


def load(name: str | Path, domain: str = "molecules") -> Any:
    """Open a shipped model of a domain, or that of a run."""
    from gdl_core.domains import discover
    from gdl_core.pipeline import Pipeline

    return Pipeline.from_pretrained(name, discover().find(domain))


def train_and_tell(work: Path, device: str, run: Callable[[], Trained]) -> None:
    """Train by calling `run`, and write into `trained.json` what it took.

    The processor's time of runs that were interrupted before is kept in `cpu_seconds.txt`, and counted.
    """
    work.mkdir(parents=True, exist_ok=True)
    count = work / "cpu_seconds.txt"
    spent = float(count.read_text()) if count.exists() else 0.0
    began = time.process_time()
    try:
        trained = run()
    finally:
        spent += time.process_time() - began
        count.write_text(f"{spent:.1f}")
    facts = {
        "hardware": hardware(device),
        "minutes": round(trained.elapsed / 60, 1),
        "cpu_minutes": round(spent / 60, 1),
        "steps": trained.steps,
        "epochs": round(trained.epochs, 2),
        "validation_loss": trained.validation,
        "unit": trained.unit,
    }
    (work / "trained.json").write_text(json.dumps(facts, indent=1))


def train_recipe(
    data: Path,
    own: Path,
    *,
    recipe: str,
    device: str,
    options: Mapping[str, Any],
    conditions: Sequence[str] = (),
    domain: str = "molecules",
    start: Path | None = None,
) -> None:
    """Train a recipe on a prepared data set in the folder `own`, or go on training; tell what it took.

    With `start` the run begins with the model of another run of the recipe.
    """
    from gdl_core.domains import discover
    from gdl_core.pipeline import train_from_files
    from gdl_core.recipes import find_recipe

    place = discover().find(domain)
    if start:
        options = {**find_recipe(place.load("recipes"), name=recipe).training, **options}

    def run() -> Trained:
        trained = train_from_files(
            place, [data], own / "run", recipe=None if start else recipe, model=start, conditions=conditions,
            options={"device": device, **options}, resume=(own / "run" / "run.json").exists(), progress=say,
        )  # fmt: skip
        assert isinstance(trained, Trained)
        return trained

    train_and_tell(own, device, run)


def train_begun(
    data: Path,
    own: Path,
    *,
    recipe: str,
    device: str,
    options: Mapping[str, Any],
    domain: str,
    start: Path,
    called: Callable[[str], Iterable[str]],
    conditions: Sequence[str] = (),
) -> None:
    """Train a recipe on a prepared data set in the folder `own`, or go on training; tell what it took.

    A weight of the model of the run `start` is where each begins that has a name by which it is `called` here.
    """
    from gdl_core.data import Dataset
    from gdl_core.domains import discover
    from gdl_core.pairing import Design, build
    from gdl_core.recipes import find_recipe
    from gdl_core.training import TrainingOptions, train

    found = find_recipe(discover().find(domain).load("recipes"), name=recipe)
    opened = Dataset.open(data)
    design = Design(
        found.family, opened.space, found.network, found.family_options, found.network_options,
        tuple(map(opened.condition, conditions)), found.variant,
    )  # fmt: skip
    model = build(design, seed=int(options.get("seed", 0)))
    learned, own_weights = load(start, domain).model.state_dict(), model.state_dict()
    begun = {here: weight for name, weight in learned.items() for here in called(name) if here in own_weights}
    model.load_state_dict({**own_weights, **begun})
    chosen = TrainingOptions(**{**found.training, **options, "device": device})
    resume = (own / "run" / "run.json").exists()
    train_and_tell(
        own,
        device,
        lambda: train(model, opened, own / "run", options=chosen, design=design, progress=say, resume=resume),
    )


def ship(
    work: Path,
    name: str,
    *,
    run: Path,
    title: str,
    text: str,
    trained_on: str,
    network: str,
    facts: Mapping[str, str],
    domain: str = "molecules",
    tags: Sequence[str] = ("chemistry",),
    drawing: Mapping[str, Any] | None = None,
) -> None:
    """Write the model of a run in half precision with its card; `facts` are rows of the card's table.

    `drawing` are the options with which it draws unless others are given.
    """
    from gdl_core.checkpoint import model_card

    pipeline = load(run, domain)
    training = json.loads((work / "trained.json").read_text())
    metrics = json.loads((work / "measures.json").read_text())
    pipeline.info = {"licence": "Apache-2.0", "trained_on": trained_on, "metrics": metrics, "training": training}
    pipeline.info |= {"drawing": dict(drawing)} if drawing else {}
    pipeline.card = model_card(
        f"{name}: {title}",
        text,
        domain=domain,
        family=pipeline.design.family,
        parameters=sum(parameter.numel() for parameter in pipeline.model.parameters()),
        licence="apache-2.0",
        facts={
            "network": f"{network}; {_listed({**pipeline.design.network_options, **pipeline.design.family_options})}; "
            "float16 on disk",
            **({"draws, unless told otherwise, with": _listed(drawing)} if drawing else {}),
            **facts,
            **_told(training),
        },
        metrics=metrics,
        tags=[*tags, pipeline.representation.name],
    )
    pipeline.save(models_of(domain) / name, dtype="float16", replace=True)
    print(json.dumps(metrics, indent=1))


def _listed(options: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in options.items())


def _told(training: Mapping[str, Any]) -> dict[str, str]:
    took = f"{training['cpu_minutes']} minutes of one core's time in {training['minutes']}"
    told = {
        "training": f"{took} ({training['hardware']}, shared with other work)",
        "steps": f"{training['steps']:,}, which is {training['epochs']} epochs",
    }
    if training["validation_loss"] is not None:
        told["validation loss"] = f"{training['validation_loss']:.4f} {training['unit']}"
    return told
