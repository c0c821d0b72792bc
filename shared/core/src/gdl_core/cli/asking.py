"""What is asked of a model: the options that every verb has that draws samples, said once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import wraps
from inspect import Signature, signature
from typing import TYPE_CHECKING, Any

from gdl_core.cli.options import (
    BatchSize,
    ConditionValues,
    Count,
    Device,
    FamilyOptions,
    MinP,
    Model,
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

if TYPE_CHECKING:
    from gdl_core.pipeline import Pipeline

Command = Callable[..., None]


@dataclass(frozen=True)
class Request:
    """What is asked of a model: how many samples, from which part of which run, under which options."""

    count: int
    model: str | None = None
    raw: bool = False
    seed: int | None = None
    shard: tuple[int, int] = (1, 1)
    batch_size: int | None = None
    device: str = "auto"
    prefix: str | None = None
    conditions: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    held: "Callable[[Pipeline], Mapping[str, Any]]" = lambda pipeline: {}
    """What is asked beyond that of a model which is open, such as what is allowed in its samples."""


def request(
    count: Count = 1,
    model: Model = None,
    raw: Raw = False,
    seed: Seed = None,
    temperature: Temperature = None,
    top_k: TopK = None,
    top_p: TopP = None,
    min_p: MinP = None,
    option: FamilyOptions = None,
    prefix: Prefix = None,
    condition: ConditionValues = None,
    shard: Shard = None,
    batch_size: BatchSize = None,
    device: Device = "auto",
) -> Request:
    """Read the options of a request."""
    options = given(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p) | family_options(option)
    part, wanted = read_shard(shard), conditions(condition)
    return Request(count, model, raw, seed, part, batch_size, device, prefix, wanted, options)


def asks(*, without: Collection[str] = ()) -> Callable[[Command], Command]:
    """Give a command the options of a request in the place of its parameter `asked`, but for those `without`.

    Typer sees the options, and the command the `Request`.

    Example:
        >>> @asks(without=["prefix"])
        ... def sample(asked: Request, height: float = 1.0) -> None:
        ...     print(asked.count, asked.seed, height)
        >>> sample(count=2, seed=7)
        2 7 1.0
        >>> "prefix" in signature(sample).parameters, "top_p" in signature(sample).parameters
        (False, True)
    """
    shared = [option for name, option in signature(request).parameters.items() if name not in without]

    def decorate(command: Command) -> Command:
        own = signature(command).parameters
        merged = [each for name, one in own.items() for each in (shared if name == "asked" else [one])]

        @wraps(command)
        def called(**values: Any) -> None:
            chosen = {option.name: values.pop(option.name) for option in shared if option.name in values}
            command(asked=request(**chosen), **values)

        called.__signature__ = Signature([each.replace(kind=each.KEYWORD_ONLY) for each in merged])  # type: ignore[attr-defined]
        called.__annotations__ = {each.name: each.annotation for each in merged}
        return called

    return decorate
