"""The options that several verbs share, each said once: their names, their help and how they are read."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from gdl_core.errors import UsageError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what stands at --out.")]
Seed = Annotated[int | None, typer.Option(min=0, help="The same seed gives the same result.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, ...")]
BatchSize = Annotated[int | None, typer.Option(min=1, help="How many samples are worked on at once.")]
Column = Annotated[str | None, typer.Option(help="The column that holds the objects, where the file has columns.")]
SkippedFile = Annotated[Path | None, typer.Option("--skipped", help="Write where and why each record was skipped.")]

Data = Annotated[list[str], typer.Argument(metavar="DATA...", help="Files to read; - is stdin.")]
RepresentationName = Annotated[str | None, typer.Option("--representation", help="How objects become samples.")]
RepresentationOptions = Annotated[
    list[str] | None,
    typer.Option("--representation-option", metavar="NAME=VALUE", help="An option of the representation; repeatable."),
]
ConditionNames = Annotated[
    list[str] | None,
    typer.Option(
        "--condition",
        metavar="NAMES",
        help="What samples can later be asked for: columns, or what the domain measures; commas or repeats divide.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(help="A shipped model, the folder of a run or model, or a Hugging Face Hub name."),
]
OutFolder = Annotated[Path, typer.Option("--out", help="The folder to write; it must not exist.")]
OutFile = Annotated[Path, typer.Option("--out", help="The file to write; it must not exist.")]
OptionalOut = Annotated[
    Path | None, typer.Option("--out", help="The file or folder to write; it must not exist. Default: stdout.")
]

Count = Annotated[int, typer.Option(min=1, help="How many samples to draw.")]
Raw = Annotated[bool, typer.Option("--raw", help="Write every draw as it came: invalid ones and repetitions too.")]
Picture = Annotated[Path | None, typer.Option(help="Also draw the first samples, to this .svg or .png file.")]
Temperature = Annotated[float | None, typer.Option(min=0, help="Below 1 samples are more typical, above 1 less.")]
TopK = Annotated[int | None, typer.Option(min=1, help="Draw each token from the K most probable.")]
TopP = Annotated[float | None, typer.Option(help="Draw each token from the fewest that hold this probability.")]
MinP = Annotated[float | None, typer.Option(help="Drop tokens below this share of the most probable one.")]
FamilyOptions = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="NAME=VALUE", help="Another option of the model's family; repeatable."),
]
Prefix = Annotated[str | None, typer.Option(help="What every sample begins with.")]
ConditionValues = Annotated[
    list[str] | None,
    typer.Option("--condition", metavar="KEY=VALUE", help="What is asked of every sample; repeatable."),
]
Shard = Annotated[str | None, typer.Option(metavar="I/N", help="Draw only the I-th of N parts of the same run.")]


def seconds(text: str) -> float:
    """Read a length of time.

    Example:
        >>> seconds("20m"), seconds("1.5h"), seconds("90")
        (1200.0, 5400.0, 90.0)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)?", text.strip())
    if not found:
        raise UsageError(f"{text!r} is no length of time; write it like 90s, 20m or 1.5h")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2] or "s"]


def shard(text: str | None) -> tuple[int, int]:
    """Read ``I/N`` as (I, N), where 1 <= I <= N.

    Example:
        >>> shard("2/8"), shard(None)
        ((2, 8), (1, 1))
    """
    if text is None:
        return 1, 1
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise UsageError(f"{text!r} is no part of a run; write it like 1/4, the first of four parts")
    return int(found[1]), int(found[2])


def condition_names(texts: list[str] | None) -> list[str]:
    """Read names, of which one text may hold several with commas between.

    Example:
        >>> condition_names(["logp, qed", "activity"])
        ['logp', 'qed', 'activity']
    """
    return [name for text in texts or () for part in text.split(",") if (name := part.strip())]


def conditions(pairs: list[str] | None) -> dict[str, Any]:
    """Read ``key=value`` pairs; a value that is a number becomes one, and a comma makes a list.

    Example:
        >>> conditions(["style=modern", "weight=350", "size=1,2.5"])
        {'style': 'modern', 'weight': 350.0, 'size': [1.0, 2.5]}
    """
    values: dict[str, Any] = {}
    for pair in pairs or ():
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise UsageError(f"{pair!r} asks for nothing; write it like key=value")
        values[key] = _value(value)
    return values


def family_options(pairs: list[str] | None) -> dict[str, Any]:
    """Read ``name=value`` pairs; a value that is a whole number, a number, true or false becomes one.

    Example:
        >>> family_options(["steps=20", "guidance=1.5", "solver=heun"])
        {'steps': 20, 'guidance': 1.5, 'solver': 'heun'}
    """
    values: dict[str, Any] = {}
    for pair in pairs or ():
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise UsageError(f"{pair!r} sets nothing; write it like name=value")
        values[name.replace("-", "_")] = _literal(value)
    return values


def _literal(text: str) -> Any:
    for read in (int, float, {"true": True, "false": False}.__getitem__):
        try:
            return read(text)
        except (ValueError, KeyError):
            continue
    return text


def given(**options: Any) -> dict[str, Any]:
    """Return the options that were given on the command line: the others are left to whoever has the default.

    Example:
        >>> given(temperature=None, top_k=5)
        {'top_k': 5}
    """
    return {name: value for name, value in options.items() if value is not None}


def _value(text: str) -> Any:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return text
    return numbers if len(numbers) > 1 else numbers[0]
