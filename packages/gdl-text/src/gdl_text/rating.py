"""How many bits a model needs for a byte of text: the measure in which models of any tokens can be compared."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gdl_core.errors import InputError, Skipped
from gdl_core.pipeline import Pipeline
from gdl_core.representation import Record
from gdl_text.files.kinds import Skip
from gdl_text.spelling import bytes_of

BATCH = 32


@dataclass(frozen=True)
class Rated:
    """A text's log-likelihood in nats, over so many bytes and windows; `kind` says whether it is exact or a bound."""

    where: str
    log_likelihood: float
    bytes: int
    windows: int
    kind: str

    @property
    def bits(self) -> float:
        """Bits per byte; of a lower bound on the likelihood, at most so many."""
        return -self.log_likelihood / math.log(2) / self.bytes


def rate(pipeline: Pipeline, records: Iterable[Record], *, skipped: Skip, batch_size: int = BATCH) -> Iterator[Rated]:
    """Rate each text; one longer than the context is rated window by window, each as if it stood alone.

    The windows never overlap, and every byte counts once. What the model cannot represent goes to `skipped`.

    Raises:
        UsageError: The family knows no likelihood.
    """
    apart = windows_apart(pipeline)
    for record in records:
        (windows,) = apart.encode_windows([record.object])
        if isinstance(windows, InputError):
            skipped(Skipped(record.where, str(windows)))
            continue
        found = pipeline.score_samples(windows, batch_size=batch_size)
        size = sum(len(bytes_of(part)) for part in apart.parts(record.object))
        if size:
            yield Rated(record.where, float(found.values.double().sum()), size, len(windows), found.kind)


def windows_apart(pipeline: Pipeline) -> Any:
    """Return the representation of a model that cuts texts into windows that do not overlap, each as it stands."""
    config = pipeline.representation.to_config()
    plain = {"infill": False} if "infill" in config else {}
    return type(pipeline.representation).from_config({**config, "stride": None, **plain})


def together(rated: Iterable[Rated]) -> Rated:
    """Return all texts as one.

    Example:
        >>> together([Rated("a", -2.0, 1, 1, "exact"), Rated("b", -4.0, 3, 1, "exact")])
        Rated(where='all', log_likelihood=-6.0, bytes=4, windows=2, kind='exact')
    """
    all_of = list(rated)
    if not all_of:
        raise InputError("there is no text that can be rated")
    nats = math.fsum(one.log_likelihood for one in all_of)
    return Rated("all", nats, sum(one.bytes for one in all_of), sum(one.windows for one in all_of), all_of[0].kind)
