"""``gdl <domain> score``: how probable each object of a file is under a model."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdl_core.cli.files import check_out, check_sources
from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import BatchSize, Column, Data, Device, Force, Json, Model, SkippedFile
from gdl_core.cli.output import print_json, tell
from gdl_core.cli.progress import counting
from gdl_core.cli.sample import print_lines, write_lines
from gdl_core.cli.skips import Skips, skips
from gdl_core.domains import Domain
from gdl_core.errors import InputError, Skipped

if TYPE_CHECKING:
    from gdl_core.pipeline import Pipeline
    from gdl_core.representation import Record
    from gdl_core.spaces import Sample

BATCH = 256

Item = dict[str, Any]


def score(
    context: typer.Context,
    data: Data,
    model: Model = None,
    out: Annotated[Path | None, typer.Option(help="A file for the lines. Default: stdout.")] = None,
    column: Column = None,
    batch_size: BatchSize = None,
    device: Device = "auto",
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Print how probable each object is under a model.

    That is its log-likelihood in nats, or the bound that the model knows: higher is more probable. Of grids of levels,
    such as pictures, the mean is also said in bits per dimension, where lower is better.
    """
    domain: Domain = context.obj
    check_sources(data)
    check_out(out, force=force, folder=False)
    scored = Scored(", ".join(data))
    with skips(skipped, keep=json) as skip:
        pipeline = open_pipeline(domain, model, device)
        items = scored.watch(_score(pipeline, data, column, batch_size or BATCH, skip, scored))
        kept = list(items) if json else []
        lines = (f"{item['log_likelihood']:.6f}\t{item['object']}" for item in (kept or items))
        if out:
            write_lines(out, lines)
        elif not json:
            print_lines(lines)
    if json:
        facts = {"model": str(model or domain.default_model), **scored.facts(), "items": kept}
        print_json({**facts, **skip.facts()})
    tell(scored.summary())
    skip.leave()


@dataclass
class Scored:
    """What is known of all items together."""

    source: str
    kind: str = ""
    count: int = 0
    total: float = 0.0
    dimensions: int | None = None
    """How many values each item has, where all have as many and each is one of some levels."""

    @property
    def mean(self) -> float:
        """The mean log-likelihood, in nats."""
        return self.total / self.count

    @property
    def bits(self) -> float | None:
        """The mean number of bits that say one value of an item; a bound on the likelihood bounds it from above."""
        return -self.mean / (self.dimensions * math.log(2)) if self.dimensions else None

    def summary(self) -> str:
        """Say what was found in one line."""
        text = f"{self.kind.replace('_', ' ')} log-likelihood in nats, mean {self.mean:.4f} over {self.count:,}"
        at_most = "at most " if self.kind == "lower_bound" else ""
        return text if self.bits is None else f"{text}; {at_most}{self.bits:.4f} bits per dimension"

    def watch(self, items: Iterator[Item]) -> Iterator[Item]:
        """Count the items that pass."""
        with counting("scored") as progress:
            for item in items:
                self.count += 1
                self.total += item["log_likelihood"]
                progress(self.count)
                yield item
        if not self.count:
            raise InputError(f"{self.source} holds nothing that can be scored")

    def facts(self) -> dict[str, Any]:
        """Describe all items together as JSON values."""
        bits = {} if self.bits is None else {"bits_per_dimension": self.bits}
        return {"kind": self.kind, "units": "nats", "count": self.count, "mean": self.mean, **bits}


def _score(
    pipeline: "Pipeline", data: list[str], column: str | None, size: int, skip: Skips, scored: Scored
) -> Iterator[Item]:
    from gdl_core.pipeline.survey import Files
    from gdl_core.spaces import Grid

    def named(record: "Record") -> Any:
        return record.object if pipeline.domain.textual else record.where

    space = pipeline.design.space
    scored.dimensions = space.dimensions if isinstance(space, Grid) and space.levels else None
    records = Files(pipeline.domain, data, column).records(skip)
    while chunk := list(islice(records, size)):
        found = zip(chunk, pipeline.representation.encode_many([record.object for record in chunk]), strict=True)
        fitting = list(_fitting(found, skip))
        likelihood = pipeline.score_samples([sample for _, sample in fitting], batch_size=size)
        scored.kind = likelihood.kind
        for (record, _), value in zip(fitting, likelihood.values.tolist(), strict=True):
            yield {"where": record.where, "object": named(record), "log_likelihood": value}


def _fitting(found: "Iterable[tuple[Record, Sample | InputError]]", skip: Skips) -> "Iterator[tuple[Record, Sample]]":
    """Give the records that were encoded; name the others."""
    for record, sample in found:
        if isinstance(sample, InputError):
            skip(Skipped(record.where, str(sample)))
        else:
            yield record, sample
