"""``gdl <domain> train``: from files, or from a prepared data set, to a model."""

import os
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gdl_core.cli.files import check_out, check_sources
from gdl_core.cli.options import (
    BatchSize,
    Column,
    ConditionNames,
    Data,
    Device,
    Force,
    Json,
    Model,
    OutFolder,
    RepresentationName,
    RepresentationOptions,
    SkippedFile,
    condition_names,
    family_options,
    given,
    seconds,
)
from gdl_core.cli.output import print_facts, print_json, tell
from gdl_core.cli.progress import shown
from gdl_core.cli.skips import skips
from gdl_core.domains import Domain
from gdl_core.errors import UsageError

Unknown = Literal["extend", "error", "skip"]
Precision = Literal["auto", "float32", "bfloat16"]


def train(
    context: typer.Context,
    data: Data,
    out: OutFolder,
    family: Annotated[str | None, typer.Option(help="The kind of model, such as autoregressive.")] = None,
    variant: Annotated[str | None, typer.Option(help="A form of the family, where it has several.")] = None,
    recipe: Annotated[str | None, typer.Option(help="A named system; `recipes` lists them.")] = None,
    representation: RepresentationName = None,
    representation_option: RepresentationOptions = None,
    model: Model = None,
    unknown: Annotated[Unknown, typer.Option(help="With --model: what to do with what it cannot hold yet.")] = "extend",
    steps: Annotated[int | None, typer.Option(min=1, help="Stop after this many steps.")] = None,
    time: Annotated[str | None, typer.Option(metavar="20m", help="Stop after this time: 90s, 20m, 1.5h.")] = None,
    column: Column = None,
    condition: ConditionNames = None,
    batch_size: BatchSize = None,
    learning_rate: Annotated[float | None, typer.Option(min=0, help="The highest learning rate of the run.")] = None,
    validation: Annotated[float | None, typer.Option(min=0, max=0.9, help="The share of the data held out.")] = None,
    patience: Annotated[
        int | None, typer.Option(min=1, help="Stop after this many validations without a better one.")
    ] = None,
    precision: Annotated[
        Precision | None, typer.Option(help="What to compute in; auto is bfloat16 where the device is fast at it.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="The same seed gives the same weights on the same machine; 0 unless given."),
    ] = None,
    device: Device = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run at --out, if one was begun.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be trained, and write nothing.")] = False,
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Train a model.

    Ctrl-C stops at a checkpoint; the same command with --resume goes on from there.
    """
    domain: Domain = context.obj
    if steps is not None and time is not None:
        raise UsageError("a run ends by --steps or by --time; give one of them")
    limit = None if time is None else seconds(time)
    _check_data(data, domain)
    if not (resume or dry_run):
        check_out(out, force=force)
    from gdl_core.pipeline import train_from_files
    from gdl_core.training import Interrupted, Trained

    options = given(
        steps=steps,
        time=limit,
        batch_size=batch_size,
        learning_rate=learning_rate,
        validation_share=validation,
        patience=patience,
        precision=precision,
        device=device,
    )
    with skips(skipped, keep=json) as skip, shown() as place:
        try:
            result = train_from_files(
                domain,
                data,
                out,
                recipe=recipe,
                family=family,
                variant=variant,
                representation=representation,
                representation_options=family_options(representation_option),
                model=model,
                unknown=unknown,
                conditions=condition_names(condition),
                column=column,
                options=options,
                seed=seed,
                resume=resume,
                replace=force,
                dry_run=dry_run,
                skipped=skip,
                prepared=partial(place.count, "prepared"),
                progress=place.event,
            )
        except Interrupted as error:
            raise KeyboardInterrupt(f"{error}: give the same command with --resume") from error
    if os.environ.get("RANK", "0") == "0":  # torchrun may have started several of us, and the first one speaks
        document = _outcome(result) if isinstance(result, Trained) else _plan(result)
        if json:
            print_json({**document, **skip.facts()})
        else:
            print_facts(document)
            if not dry_run:
                tell(f"next: gdl {domain.name} sample --model {out} --count 10")
        skip.leave()


def _check_data(data: list[str], domain: Domain) -> None:
    check_sources(data)
    if "WORLD_SIZE" in os.environ and not all((Path(source) / "dataset.json").is_file() for source in data):
        raise UsageError(f"several processes train on a prepared data set; make one with `gdl {domain.name} prepare`")


def _outcome(trained: Any) -> dict[str, Any]:
    facts = asdict(trained)
    return {"out": str(facts.pop("folder")), **facts}


def _plan(plan: Any) -> dict[str, Any]:
    return {
        "recipe": plan.recipe.name if plan.recipe else None,
        "family": plan.design.family,
        "variant": plan.model.variant,
        "network": plan.design.network,
        "network_options": dict(plan.design.network_options),
        "space": plan.design.space.to_config(),
        "parameters": sum(parameter.numel() for parameter in plan.model.parameters()),
        "samples": len(plan.dataset),
        "options": plan.options.to_config(),
    }
