"""The options that several verbs of ``gdl text`` share."""

from typing import Annotated

import typer

Stop = Annotated[
    list[str] | None,
    typer.Option("--stop", metavar="TEXT", help="End a text before this one; \\n is a line end; repeatable."),
]
Penalty = Annotated[
    float | None, typer.Option("--repetition-penalty", help="Above 1 makes tokens that were there less probable.")
]


def stops_of(texts: list[str] | None) -> list[str]:
    """Read stop strings, in which ``\\n`` and ``\\t`` stand for what cannot be typed.

    Example:
        >>> stops_of(["\\\\n\\\\n", "END"])
        ['\\n\\n', 'END']
    """
    return [text.replace("\\n", "\n").replace("\\t", "\t") for text in texts or () if text]
