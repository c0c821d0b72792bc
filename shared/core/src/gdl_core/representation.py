"""The contract between domain objects and sample spaces."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from gdl_core.errors import InputError, Skipped
from gdl_core.spaces import Sample, Space


@dataclass(frozen=True)
class Record:
    """One object read from a user's file: the object, where it stood, and its named properties.

    `where` is what an error quotes, such as ``mine.smi:17``. `properties` holds the other columns, as read.
    """

    object: Any
    where: str
    properties: Mapping[str, Any] = field(default_factory=dict)


def not_empty(
    read: Callable[[Callable[[Skipped], None]], Iterator[Record]],
    skipped: Callable[[Skipped], None] | None,
    complaint: str,
) -> Iterator[Record]:
    """Stream the records that `read` yields, which is handed what to call for each that it leaves out.

    The first is read at once, so that what is wrong with the source as a whole is raised here.

    Raises:
        InputError: There was neither a record nor one to leave out; the message is the complaint.

    Example:
        >>> [record.object for record in not_empty(lambda skip: iter([Record(7, "here")]), None, "nothing there")]
        [7]
    """
    seen: list[str] = []

    def skip(record: Skipped) -> None:
        seen[:] = ["something"]
        if skipped is not None:
            skipped(record)

    records = read(skip)
    first = next(records, None)
    if first is not None:
        return chain([first], records)
    if not seen:
        raise InputError(complaint)
    return iter(())


class Representation(ABC):
    """Turns domain objects into points of a sample space, and back.

    The law: ``decode(encode(x)) == x`` up to what `loses` says, or `encode` raises a `RepresentationError` that
    names the object. A representation is a value: two with equal `to_config()` are interchangeable.
    """

    name: ClassVar[str]
    """How the command line and a checkpoint call it, such as ``smiles``."""

    loses: ClassVar[str] = "nothing"
    """What does not survive the round trip, in one sentence."""

    overlap: int = 0
    """With how many of the windows behind it a window of an object shares content (`encode_windows`)."""

    space: Space

    def fit(self, objects: Iterable[Any]) -> Self:
        """Learn what depends on the data, such as a vocabulary; return self. One pass, any number of objects.

        An object that cannot be represented is passed over here: `encode` is what refuses it by name.
        """
        return self

    def extend(self, objects: Iterable[Any]) -> list[str]:
        """Widen the space so that it holds `objects` too, and return the names of what was added.

        What was there keeps its place, so that trained weights stay valid; the default adds nothing.
        """
        return []

    @abstractmethod
    def encode(self, object: Any) -> Sample:
        """Turn one domain object into a point of `space`."""

    def encode_many(self, objects: Sequence[Any]) -> list[Sample | InputError]:
        """Encode objects one after another; where one is refused, the error stands in its place.

        A representation that is quicker with many at once overrides this, with the same result.
        """

        def attempt(object: Any) -> Sample | InputError:
            try:
                return self.encode(object)
            except InputError as refusal:
                return refusal

        return list(map(attempt, objects))

    @abstractmethod
    def decode(self, sample: Sample) -> Any:
        """Turn a point of `space` into a domain object."""

    @abstractmethod
    def to_config(self) -> dict[str, Any]:
        """Describe this representation as JSON values, enough for `from_config`."""

    @classmethod
    @abstractmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Rebuild the representation that `to_config` described."""


@runtime_checkable
class HasPrefixes(Protocol):
    """A representation whose samples grow from a beginning, such as a text, and that can be given one."""

    def encode_prefix(self, prefix: Any) -> list[int]:
        """Turn the beginning of an object into the first tokens of its sample."""


@runtime_checkable
class HasWindows(Protocol):
    """A representation of objects of any length, such as books, that a model learns in pieces."""

    def encode_windows(self, objects: Sequence[Any]) -> list[list[Sample] | InputError]:
        """Turn each object into the samples that are learnt of it; where one is refused, the error stands there."""
