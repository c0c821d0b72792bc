"""A text that is shown while it is drawn, and that goes on beyond what the model sees at once."""

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any

from gdl_core.errors import UsageError
from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.asking import request
from gdl_text.following import Say, plain, together


def write(
    pipeline: Pipeline,
    prompt: str = "",
    *,
    tokens: int,
    say: Callable[[str], None],
    seed: int,
    stops: Sequence[str] = (),
    conditions: Mapping[str, Any] | None = None,
    **options: Any,
) -> bool:
    """Draw a text that begins with a prompt, and `say` what follows it as it comes; return whether it came to an end.

    At most so many `tokens` are drawn. Where the model's context is full, it goes on from the last half of it; of a
    prompt that is longer, only so much is seen. Up to there the text is that of `Pipeline.sample` with this seed. A
    text ends where the model ends it, or before the first of `stops`. `options` are the family's.

    Raises:
        UsageError: The family does not write from left to right.
    """
    if "follow" not in signature(pipeline.model.sample).parameters:
        raise UsageError(f"the family {pipeline.model.name!r} does not write from left to right; use `sample`")
    representation: Any = pipeline.representation  # each one of this domain has pieces
    context = representation.encode_prefix(prompt)
    asked = request(representation, pipeline.model, pipeline.design.conditions, asked=conditions)
    most, piece, left = representation.max_length, 0, tokens
    pipeline.model.eval()
    heard = Say(representation.pieces, stops, say)
    follow = together([*plain(representation), lambda count: heard])
    while left > 0:
        context = context if len(context) < most else context[-max(most // 2, 1) :] if most > 1 else []
        room = min(most - len(context), left)
        before = len(heard.tokens)
        drawn = {"prefixes": [context], "max_length": len(context) + room, "follow": follow}
        pipeline.draw_at(range(piece, piece + 1), seed, "auto", asked, {**options, **drawn})
        new = heard.tokens[before:]
        context, left, piece = context + new, left - len(new), piece + 1
        if heard.stopped or len(new) < room:
            break
    heard.finish()
    return left > 0 or heard.stopped
