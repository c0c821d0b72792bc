"""What a sample can be asked to be: a class, one or several numbers, or a sequence of embeddings.

A condition knows its own name, turns what a user writes or a file holds into a tensor row, and says what it knows.
A missing value stands for "anything": it is what guidance and unconditional sampling are made of.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from gdl_core.errors import InputError, UsageError, nearest, same_name

UNKNOWN = -1
"""The class of a sample whose class is not given."""

CODE = "code"
"""The name under which a network that has `inputs` finds its code among the conditions."""


@dataclass(frozen=True)
class ClassCondition:
    """One of several labels.

    Example:
        >>> ClassCondition("style", ("baroque", "modern")).row("modern")
        tensor(1)
    """

    kind: ClassVar[str] = "class"
    name: str
    labels: tuple[str, ...]

    def row(self, value: Any) -> Tensor:
        """Turn a label (None: any; 7.0 stands for ``7``) into its number. Shapes: ()."""
        if value is None:
            return torch.tensor(UNKNOWN)
        label = str(value)
        if label not in self.labels and isinstance(value, float) and value.is_integer():
            label = str(int(value))
        if label not in self.labels:
            raise UsageError(f"{self.name}={value} was not in the training data; {nearest(label, self.labels)}")
        return torch.tensor(self.labels.index(label))


@dataclass(frozen=True)
class VectorCondition:
    """One or several real numbers, standardised by the mean and the standard deviation of the training data.

    `lowest` and `highest` are the range seen in training, one number per component.

    Example:
        >>> weight = VectorCondition("weight", mean=(300.0,), deviation=(50.0,), lowest=(100.0,), highest=(500.0,))
        >>> weight.row(350)
        tensor([1.])
        >>> weight.row(None)
        tensor([nan])
    """

    kind: ClassVar[str] = "vector"
    name: str
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]

    def row(self, value: Any) -> Tensor:
        """Standardise a number, or several (None: any). Shapes: (size,)."""
        size = len(self.mean)
        if value is None:
            return torch.full((size,), math.nan)
        numbers = [value] if isinstance(value, int | float | str) else list(value)
        try:
            found = torch.tensor([float(number) for number in numbers])
        except ValueError as error:
            raise UsageError(f"{self.name}={value} is no number") from error
        if len(found) != size:
            raise UsageError(f"{self.name} takes {size} numbers; {value} holds {len(found)}")
        if not found.isfinite().all():
            raise UsageError(f"{self.name}={value} is no finite number; leave it out to ask for anything")
        return (found - torch.tensor(self.mean)) / torch.tensor(self.deviation)

    def seen(self, value: Any) -> bool:
        """Tell whether every component lies in the range that the training data covered."""
        self.row(value)  # refuses what is no number
        numbers = [value] if isinstance(value, int | float | str) else list(value)
        return all(low <= float(x) <= high for x, low, high in zip(numbers, self.lowest, self.highest, strict=True))

    @property
    def range(self) -> str:
        """What training has shown, in words."""
        return ", ".join(f"{low:.4g} to {high:.4g}" for low, high in zip(self.lowest, self.highest, strict=True))


@dataclass(frozen=True)
class SequenceCondition:
    """A sequence of up to `length` embeddings of `size` numbers each, such as those of a text.

    Example:
        >>> text = SequenceCondition("text", size=2, length=3)
        >>> text.row([[0.5, 1.0], [2.0, 0.0]])
        tensor([[0.5000, 1.0000],
                [2.0000, 0.0000],
                [   nan,    nan]])
    """

    kind: ClassVar[str] = "sequence"
    name: str
    size: int
    length: int

    def row(self, value: Any) -> Tensor:
        """Pad a sequence (None: any) with NaN. Shapes: (length, size)."""
        padded = torch.full((self.length, self.size), math.nan)
        if value is None:
            return padded
        try:
            found = torch.as_tensor(value, dtype=torch.float32)
        except (TypeError, ValueError) as error:
            raise UsageError(f"{self.name} takes rows of {self.size} numbers; {value} is none") from error
        if found.ndim != 2 or found.shape[1] != self.size or not 1 <= len(found) <= self.length:
            shape = tuple(found.shape)
            raise UsageError(f"{self.name} takes 1 to {self.length} rows of {self.size} numbers; {shape} was given")
        padded[: len(found)] = found
        return padded


Condition = ClassCondition | VectorCondition | SequenceCondition


def fit_condition(name: str, values: Iterable[Any]) -> Condition:
    """Make the condition that fits a column: a vector where every value is a number, a class otherwise.

    Example:
        >>> fit_condition("shape", ["chair", "table", "chair"])
        ClassCondition(name='shape', labels=('chair', 'table'))
    """
    found = [value for value in values if value is not None and value != ""]
    if not found:
        raise InputError(f"column {name!r} holds no value; a condition needs some")
    try:
        numbers = torch.tensor([float(value) for value in found], dtype=torch.float64)
    except (TypeError, ValueError):
        return ClassCondition(name, tuple(sorted({str(value) for value in found})))
    numbers = numbers[numbers.isfinite()]
    deviation = float(numbers.std(correction=0)) or 1.0
    return VectorCondition(
        name, (float(numbers.mean()),), (deviation,), (float(numbers.min()),), (float(numbers.max()),)
    )


def encode_conditions(conditions: Sequence[Condition], rows: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
    """Stack what each sample is asked to be, by name. A name that no condition has is an error; its case is free.

    Shapes: each (batch,) for a class, (batch, size) for a vector, (batch, length, size) for a sequence.
    """
    rows = [_named(conditions, row) for row in rows]
    return {
        condition.name: torch.stack([condition.row(row.get(condition.name)) for row in rows])
        for condition in conditions
    }


def unseen(conditions: Sequence[Condition], asked: Mapping[str, Any]) -> list[str]:
    """Say of each number that is asked for and lies outside what training has shown where it lies.

    Example:
        >>> unseen([VectorCondition("logP", (1.0,), (2.0,), (-3.0,), (5.0,))], {"logp": 9})
        ['logP=9 lies outside what the model has seen, -3 to 5']
    """
    values = _named(conditions, asked)
    wanted = [(condition, values[condition.name]) for condition in conditions if condition.name in values]
    return [
        f"{condition.name}={_shown(value)} lies outside what the model has seen, {condition.range}"
        for condition, value in wanted
        if isinstance(condition, VectorCondition) and value is not None and not condition.seen(value)
    ]


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _named(conditions: Sequence[Condition], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is asked for under the names that the conditions have."""
    names = [condition.name for condition in conditions]
    found: dict[str, Any] = {}
    for name, value in asked.items():
        known = same_name(name, names)
        if known is None:
            hint = nearest(name, names) if names else "it was trained without any"
            raise UsageError(f"the model knows no condition {name!r}; {hint}")
        if known in found:
            raise UsageError(f"{known} is asked for twice; ask once")
        found[known] = value
    return found


def conditions_to_config(conditions: Sequence[Condition]) -> list[dict[str, Any]]:
    """Describe conditions as JSON values."""
    return [{"kind": condition.kind, **asdict(condition)} for condition in conditions]


def conditions_from_config(config: Sequence[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Rebuild what `conditions_to_config` described.

    Example:
        >>> conditions_from_config([{"kind": "class", "name": "style", "labels": ["a", "b"]}])
        (ClassCondition(name='style', labels=('a', 'b')),)
    """
    kinds: dict[str, Callable[..., Condition]] = {
        condition.kind: condition for condition in (ClassCondition, VectorCondition, SequenceCondition)
    }
    found = []
    for entry in config:
        options = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
        kind = options.pop("kind")
        if kind not in kinds:
            raise InputError(f"there is no kind of condition {kind!r}; {nearest(str(kind), kinds)}")
        found.append(kinds[kind](**options))
    return tuple(found)
