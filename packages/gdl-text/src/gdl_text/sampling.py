"""``gdl text sample``: draw texts from a model, each to be a document."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from inspect import signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdl_core.cli.asking import Request, asks
from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import Force, Json, OptionalOut, Picture, given
from gdl_core.cli.sample import Drawn, check_outputs, check_picture, draw_from, finish, is_stdout, text_of
from gdl_core.cli.skips import skips
from gdl_core.domains import Domain
from gdl_core.errors import UsageError
from gdl_text.options import Penalty, Stop, stops_of

if TYPE_CHECKING:
    from gdl_core.families.autoregressive.following import Follow
    from gdl_core.pipeline import Pipeline
    from gdl_text.constraints import Constraint


@asks()
def sample(
    context: typer.Context,
    asked: Request,
    out: OptionalOut = None,
    repetition_penalty: Penalty = None,
    stop: Stop = None,
    prompts: Annotated[
        str | None, typer.Option(metavar="FILE", help="Begin texts with each of this file's; --count is for each.")
    ] = None,
    regex: Annotated[
        str | None, typer.Option(help="Hold what is drawn to a regular expression, as a whole (gdl-text[constraints]).")
    ] = None,
    json_schema: Annotated[
        str | None, typer.Option(metavar="FILE", help="Hold what is drawn to a JSON schema (gdl-text[constraints]).")
    ] = None,
    picture: Picture = None,
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
    asked = replace(asked, options={**asked.options, **given(repetition_penalty=repetition_penalty)})
    from gdl_text.spelling import readable

    constraint = _constraint(regex, json_schema)
    with skips(None, keep=json) as skip:
        beginnings = _prompts(domain, prompts, asked.prefix, skip)
        drawn = _draw(open_pipeline(domain, asked.model, asked.device), asked, beginnings, stops_of(stop), constraint)
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


def _constraint(regex: str | None, schema: str | None) -> "Constraint | None":
    if regex is not None and schema is not None:
        raise UsageError("texts are held to a regular expression or to a JSON schema; give one of them")
    if regex is None and schema is None:
        return None
    from gdl_text.constraints import Constraint

    return Constraint.of_schema(schema) if schema is not None else Constraint.of_regex(regex or "")


def _draw(
    pipeline: "Pipeline",
    asked: Request,
    beginnings: list[str | None],
    stops: list[str],
    constraint: "Constraint | None",
) -> Drawn:
    """Draw texts for each beginning, and cut them at what stops them. All beginnings see the same random numbers."""
    from gdl_text.following import stopped_at
    from gdl_text.texts import Texts

    representation: Any = pipeline.representation  # each one of this domain has pieces
    seed = secrets.randbits(31) if asked.seed is None and len(beginnings) > 1 else asked.seed
    asked = replace(asked, seed=seed, options={**asked.options, **_followed(pipeline, stops, constraint)})
    whole = constraint.test(representation) if constraint else None
    texts: list[str | None] = []
    log_prob: list[float] | None = []
    for beginning in beginnings:
        begun = len(beginning or "")
        keep = [] if whole is None else [lambda text, begun=begun: whole(text[begun:])]
        drawn = draw_from(pipeline, replace(asked, prefix=beginning), keep=keep)
        texts += [None if text is None else stopped_at(text, stops, begun) for text in drawn.samples]
        known = drawn.samples.log_prob
        log_prob = None if known is None or log_prob is None else [*log_prob, *known]
    return Drawn(Texts(texts, log_prob=log_prob), drawn.seed, drawn.model)


def _followed(pipeline: "Pipeline", stops: list[str], constraint: "Constraint | None") -> Mapping[str, Any]:
    """Return the options that hold texts and end them early; what only is to stop is cut, where a family cannot."""
    from gdl_text.following import Stop, plain, together
    from gdl_text.spelling import bytes_of

    if "follow" not in signature(pipeline.model.sample).parameters:
        if constraint:
            raise UsageError(
                f"the family {pipeline.model.name!r} cannot hold texts to a form; one from left to right can"
            )
        return {}
    representation: Any = pipeline.representation  # each one of this domain has pieces
    ends = list(map(bytes_of, stops))
    follows: list[Follow] = plain(representation)
    if stops:
        follows.append(lambda count: Stop(count, representation.pieces, ends))
    if constraint:
        follows.append(constraint.follow(representation))
    follow = together(follows)
    return {"follow": follow} if follow else {}
