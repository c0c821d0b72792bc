"""``gdl text sample``: draw texts from a model, each to be a document."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from inspect import signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import (
    BatchSize,
    ConditionValues,
    Count,
    Device,
    FamilyOptions,
    Force,
    Json,
    MinP,
    Model,
    OptionalOut,
    Picture,
    Prefix,
    Raw,
    Seed,
    Shard,
    Temperature,
    TopK,
    TopP,
    conditions,
    family_options,
    given,
)
from gdl_core.cli.options import shard as read_shard
from gdl_core.cli.sample import Drawn, Request, check_outputs, check_picture, draw_from, finish, is_stdout, text_of
from gdl_core.cli.skips import skips
from gdl_core.domains import Domain
from gdl_core.errors import UsageError
from gdl_text.options import Penalty, Stop, stops_of

if TYPE_CHECKING:
    from gdl_core.pipeline import Pipeline


def sample(
    context: typer.Context,
    count: Count = 1,
    out: OptionalOut = None,
    model: Model = None,
    raw: Raw = False,
    seed: Seed = None,
    temperature: Temperature = None,
    top_k: TopK = None,
    top_p: TopP = None,
    min_p: MinP = None,
    repetition_penalty: Penalty = None,
    stop: Stop = None,
    prefix: Prefix = None,
    prompts: Annotated[
        str | None, typer.Option(metavar="FILE", help="Begin texts with each of this file's; --count is for each.")
    ] = None,
    option: FamilyOptions = None,
    condition: ConditionValues = None,
    shard: Shard = None,
    batch_size: BatchSize = None,
    picture: Picture = None,
    device: Device = "auto",
    force: Force = False,
    json: Json = False,
) -> None:
    """Draw new texts from a model.

    No two are alike, unless --raw asks for every draw as it came. On stdout and in a .txt file, a line <|endoftext|>
    stands between two texts. What a text begins with is part of it.
    """
    domain: Domain = context.obj
    check_outputs(out, picture, force=force)
    check_picture(domain, picture)
    stops = stops_of(stop)
    options = family_options(option) | given(
        temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, repetition_penalty=repetition_penalty
    )
    part, asked_for = read_shard(shard), conditions(condition)
    asked = Request(count, model, raw, seed, part, batch_size, device, prefix, asked_for, options)
    from gdl_text.spelling import readable

    with skips(None, keep=json) as skip:
        beginnings = _prompts(domain, prompts, prefix, skip)
        drawn = _draw(open_pipeline(domain, model, device), asked, beginnings, stops)
        if not is_stdout(out) or not json:
            drawn.samples.save("-" if out is None else out, force=force, skipped=skip)
    if picture:
        drawn.samples.draw(picture, force=force)
    finish(drawn, out, json=json, rows=[readable(text_of(text)) for text in drawn.samples])
    skip.leave()


def _prompts(domain: Domain, source: str | None, prefix: str | None, skip: Any) -> list[str | None]:
    """Return what texts are to begin with, each for texts of its own."""
    if source is None:
        return [prefix]
    if prefix is not None:
        raise UsageError("a text begins with --prefix or with one of --prompts; give one of them")
    return [record.object for record in domain.load("read")(source, skipped=skip)]


def _draw(pipeline: "Pipeline", asked: Request, beginnings: list[str | None], stops: list[str]) -> Drawn:
    """Draw texts for each beginning, and cut them at what stops them. All beginnings see the same random numbers."""
    from gdl_text.following import stopped_at
    from gdl_text.texts import Texts

    seed = secrets.randbits(31) if asked.seed is None and len(beginnings) > 1 else asked.seed
    asked = replace(asked, seed=seed, options={**asked.options, **_followed(pipeline, stops)})
    texts: list[str | None] = []
    log_prob: list[float] | None = []
    for beginning in beginnings:
        drawn = draw_from(pipeline, replace(asked, prefix=beginning))
        begun = len(beginning or "")
        texts += [None if text is None else stopped_at(text, stops, begun) for text in drawn.samples]
        known = drawn.samples.log_prob
        log_prob = None if known is None or log_prob is None else [*log_prob, *known]
    return Drawn(Texts(texts, log_prob=log_prob), drawn.seed, drawn.model)


def _followed(pipeline: "Pipeline", stops: list[str]) -> Mapping[str, Any]:
    """Return the options that end texts early, where the family can; all others are only cut."""
    from gdl_text.following import Stop
    from gdl_text.spelling import bytes_of

    if not stops or "follow" not in signature(pipeline.model.sample).parameters:
        return {}
    representation: Any = pipeline.representation  # each one of this domain has pieces
    ends = list(map(bytes_of, stops))
    return {"follow": lambda count: Stop(count, representation.pieces, ends)}
