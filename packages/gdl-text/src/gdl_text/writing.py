"""``gdl text write``: one text, on the terminal while it is drawn."""

import secrets
import sys
from typing import Annotated

import typer

from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import (
    ConditionValues,
    Device,
    MinP,
    Model,
    Seed,
    Temperature,
    TopK,
    TopP,
    conditions,
    given,
)
from gdl_core.cli.output import tell
from gdl_core.domains import Domain
from gdl_text.options import Penalty, Stop, stops_of


def write(
    context: typer.Context,
    prompt: Annotated[str, typer.Argument(help="How the text begins.")] = "",
    tokens: Annotated[int, typer.Option(min=1, help="The most tokens to draw.")] = 500,
    model: Model = None,
    seed: Seed = None,
    temperature: Temperature = None,
    top_k: TopK = None,
    top_p: TopP = None,
    min_p: MinP = None,
    repetition_penalty: Penalty = None,
    stop: Stop = None,
    condition: ConditionValues = None,
    device: Device = "auto",
) -> None:
    """Write one text to the terminal while it is drawn.

    It goes on beyond the model's context, of which it then sees the last half. For families that write from left to
    right; `sample` draws many texts at once, of any family.
    """
    domain: Domain = context.obj
    chosen = secrets.randbits(31) if seed is None else seed
    pipeline = open_pipeline(domain, model, device)
    from gdl_text.spelling import readable
    from gdl_text.streaming import write

    def say(text: str) -> None:
        sys.stdout.write(readable(text))
        sys.stdout.flush()

    seen = len(pipeline.representation.encode_prefix(prompt))  # type: ignore[attr-defined]  # texts have beginnings
    most = pipeline.design.space.max_length  # type: ignore[attr-defined]  # and tokens
    if seen >= most:
        tell(f"note: the prompt has {seen:,} tokens, of which the model sees the last {max(most // 2, 1):,}")
    say(prompt)
    options = given(
        temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, repetition_penalty=repetition_penalty
    )
    asked, stops = conditions(condition) or None, stops_of(stop)
    write(pipeline, prompt, tokens=tokens, say=say, seed=chosen, stops=stops, conditions=asked, **options)
    say("\n")
    if seed is None:
        tell(f"seed {chosen} (--seed {chosen} writes the same again)")
