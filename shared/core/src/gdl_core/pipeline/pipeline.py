"""A representation and a model in one."""

from __future__ import annotations

import secrets
import warnings
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import signature
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from gdl_core.checkpoint import load, save
from gdl_core.checkpoint.writing import StoredType
from gdl_core.conditions import unseen
from gdl_core.domains import Domain
from gdl_core.errors import CheckpointError, RepresentationError, UsageError, nearest
from gdl_core.families import Draws, Family, HasLikelihood, Likelihood
from gdl_core.pairing import Design
from gdl_core.pipeline.asking import request
from gdl_core.pipeline.search import Draw, Search, check_shard, shard_size
from gdl_core.randomness import Streams
from gdl_core.representation import Representation
from gdl_core.spaces import Sample
from gdl_core.training.machine import find_device, find_precision

BATCH = 1024
"""Samples drawn at a time, unless told otherwise; it changes the speed and the memory, never what is drawn."""

FEWEST = 128
"""Batches become smaller towards the end of a run, so that all cores end together, but never smaller than this."""


@dataclass
class Pipeline:
    """A model together with the representation that it speaks, for one domain.

    `info` is what the saved model says of itself beyond its design: how it was trained, what it reached. Its entry
    ``drawing`` holds the family's options that are taken where others are not given, such as a temperature.
    """

    domain: Domain
    representation: Representation
    model: Family
    design: Design
    info: Mapping[str, Any] = field(default_factory=dict)
    card: str = ""

    @classmethod
    def from_pretrained(cls, name: str | Path, domain: Domain) -> Self:
        """Load a shipped model by its name, a model's or a run's folder, or a model of the Hugging Face Hub.

        A shipped name wins over a folder of the same name; write ``./name`` for the folder.
        """
        shipped = domain.shipped_models()
        if str(name) not in shipped and "/" not in str(name) and not Path(name).exists():
            there = [*shipped, *(path.name for path in Path().iterdir() if path.is_dir())]
            raise UsageError(
                f"{domain.name} has no model {str(name)!r}, and no such folder exists; {nearest(str(name), there)}"
            )
        loaded = load(shipped.get(str(name), name), domain=domain.name)
        try:
            kind = domain.representation(loaded.representation.get("name"))
            representation = kind.from_config(loaded.representation["config"])
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{loaded.folder}: its representation cannot be rebuilt ({error})") from error
        if representation.space != loaded.design.space:
            raise CheckpointError(f"{loaded.folder}: the representation and the model speak of different spaces")
        info = loaded.config.get("info", {})
        if not isinstance(info, dict) or not isinstance(info.get("drawing", {}), dict):
            raise CheckpointError(
                f"{loaded.folder}: `info` and its entry `drawing` must be objects; save the model anew"
            )
        return cls(domain, representation, loaded.model, loaded.design, info, loaded.card)

    def save(self, folder: str | Path, *, dtype: StoredType | None = None, replace: bool = False) -> Path:
        """Write the pipeline into a folder of its own, from which `from_pretrained` loads it; return the folder."""
        return save(
            folder,
            model=self.model,
            design=self.design,
            representation=self.representation,
            domain=self.domain.name,
            card=self.card or None,
            extra=self.info,
            dtype=dtype,
            replace=replace,
        )

    def to(self, device: str) -> Self:
        """Move the model to a device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``. Returns the pipeline itself."""
        self.model.to(find_device(device))
        return self

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return next(self.model.parameters()).device

    def draw(
        self,
        count: int,
        *,
        seed: int,
        first: int = 0,
        stride: int = 1,
        batch_size: int = BATCH,
        precision: str = "auto",
        conditions: Mapping[str, Any] | None = None,
        prefix: Any = None,
        allowed: Tensor | None = None,
        **options: Any,
    ) -> Iterator[Draw]:
        """Draw samples number `first`, `first + stride`, ... of the run that `seed` names, each as it came.

        `options` are the family's, such as `temperature`.
        """
        asked = self._request(conditions, prefix, allowed)
        for batch in self._draw_ahead(
            lambda drawn: count - drawn,
            lambda drawn, size: self.draw_at(strided(first, stride, drawn, size), seed, precision, asked, options),
            batch_size,
        ):
            yield from batch

    def sample(
        self,
        count: int = 1,
        *,
        seed: int | None = None,
        raw: bool = False,
        unique: bool = True,
        keep: Collection[Callable[[Any], bool]] = (),
        shard: tuple[int, int] = (1, 1),
        batch_size: int = BATCH,
        precision: str = "auto",
        conditions: Mapping[str, Any] | None = None,
        prefix: Any = None,
        allowed: Tensor | None = None,
        progress: Callable[[int], None] = lambda count: None,
        **options: Any,
    ) -> Any:
        """Draw `count` valid objects, no two alike, that pass every test of `keep`; return the domain's collection.

        With `raw` every draw is returned as it came. The same seed gives the same objects whatever the batch size;
        without one, a seed is taken from the system. `shard=(i, n)` returns the i-th of n parts of a run: draws
        i - 1, i - 1 + n, ... of it, a part of `count` in length (each part is unique in itself).
        `progress` hears how many are found. `allowed` says which tokens may stand where, in models of tokens. `options`
        are the family's, such as `temperature`, and go before those that the model was saved with.

        Shapes: allowed, booleans (max_length, vocabulary_size).
        """
        part, parts = check_shard(shard)
        wanted = shard_size(count, shard)
        seed = secrets.randbits(63) if seed is None else seed
        search = Search(self.domain, raw=raw, unique=unique, keep=tuple(keep))
        asked = self._request(conditions, prefix, allowed)
        for batch in self._draw_ahead(
            lambda drawn: search.missing(wanted, drawn),
            lambda drawn, size: self.draw_at(strided(part - 1, parts, drawn, size), seed, precision, asked, options),
            batch_size,
        ):
            for draw in batch:
                if len(search.found) < wanted:
                    search.consider(draw)
            progress(len(search.found))
            search.check_hope(wanted)
        objects, known = [draw.object for draw in search.found], [draw.log_prob for draw in search.found]
        if not self.domain.has("collection"):
            return objects
        return self.domain.load("collection")(objects, log_prob=None if None in known else known)

    def score(self, objects: Sequence[Any], *, batch_size: int = 256) -> Likelihood:
        """Return how probable each object is under the model, in nats, and whether that is exact or a bound.

        Raises:
            UsageError: The family knows no likelihood.
            RepresentationError: An object cannot be represented; it is named.
        """
        return self.score_samples([self.representation.encode(object) for object in objects], batch_size=batch_size)

    def score_samples(self, samples: Sequence[Sample], *, batch_size: int = 256) -> Likelihood:
        """Do what `score` does, for what the representation has encoded already.

        Raises:
            UsageError: The family knows no likelihood.
        """
        if not isinstance(self.model, HasLikelihood):
            raise UsageError(f"the family {self.model.name!r} knows no likelihood, so it cannot score")
        self.model.eval()
        parts = []
        for start in range(0, len(samples), batch_size):
            batch = self.design.space.collate(samples[start : start + batch_size]).to(self.device)
            with torch.no_grad():
                parts.append(self.model.log_prob(batch))
        kind = parts[0].kind if parts else "exact"
        return Likelihood(torch.cat([part.values.cpu() for part in parts]) if parts else torch.zeros(0), kind)

    def _request(self, conditions: Mapping[str, Any] | None, prefix: Any, allowed: Tensor | None) -> dict[str, Any]:
        """Turn what a user asks for into what a family is asked for, for one sample; warn of the unseen."""
        for line in unseen(self.design.conditions, conditions or {}):
            warnings.warn(line, stacklevel=3)
        known = self.design.conditions
        return request(self.representation, self.model, known, asked=conditions, prefix=prefix, allowed=allowed)

    def _draw_ahead(
        self, missing: Callable[[int], int], draw: Callable[[int, int], list[Draw]], batch_size: int
    ) -> Iterator[list[Draw]]:
        """Yield the batches of a run in their order, and draw the next meanwhile; on a CPU one on each core.

        The steps of a sampler are too small to be shared by cores: two batches side by side are a third faster.
        `missing` tells how many more are wanted when so many are drawn or being drawn; `draw` draws, after the first
        so many of the run, so many more.
        """
        self.model.eval()
        workers = torch.get_num_threads() if self.device.type == "cpu" else 1
        waiting = deque[Future[list[Draw]]]()
        drawn = 0
        with single_threads(workers) as pool:
            while True:
                while len(waiting) < 2 * workers and (left := missing(drawn)) > 0:
                    size = min(left, batch_size, max(FEWEST, left // workers))
                    waiting.append(pool.submit(draw, drawn, size))
                    drawn += size
                if not waiting:
                    return
                yield waiting.popleft().result()

    def draw_at(
        self, numbers: range, seed: int, precision: str, asked: Mapping[str, Any], options: Mapping[str, Any]
    ) -> list[Draw]:
        """Draw the objects of these numbers of a run at once; `asked` and `options` go to the family."""
        draws = self.samples_at(numbers, seed, precision, asked, options)
        known = [None] * len(numbers) if draws.log_prob is None else draws.log_prob.tolist()
        drawn = zip(numbers, draws.samples, known, strict=True)
        return [Draw(number, self.decode(sample), log_prob) for number, sample, log_prob in drawn]

    def samples_at(
        self, numbers: range, seed: int, precision: str, asked: Mapping[str, Any], options: Mapping[str, Any]
    ) -> Draws:
        """Draw what `draw_at` does, and leave the samples as they are."""
        rows = {name: row.expand(len(numbers), *row.shape[1:]) for name, row in asked.get("conditions", {}).items()}
        conditions = {name: row.to(self.device) for name, row in rows.items()}
        if "follow" in asked and "follow" in options:
            raise UsageError("samples are held to what is allowed, or followed by `follow`; ask for one of them")
        asked = {**asked, **self.info.get("drawing", {}), **options, "conditions": conditions}
        if given := asked.get("given"):
            asked["given"] = given.to(self.device)
        if allowed := asked.get("allowed"):
            asked["allowed"] = [part.to(self.device) for part in allowed]
        streams = Streams(seed, numbers, device=self.device)
        half = find_precision(precision, self.device) == "bfloat16"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
            return self._call_family(streams, asked)

    def _call_family(self, streams: Streams, options: Mapping[str, Any]) -> Draws:
        there = signature(self.model.sample).parameters
        for name in options:
            if name not in there:
                raise UsageError(
                    f"the family {self.model.name!r} has no option {name!r}; {nearest(name, list(there)[1:])}"
                )
        return self.model.sample(streams, **options)

    def decode(self, sample: Sample) -> Any:
        """Return the object that a sample stands for; None where it stands for none."""
        try:
            return self.representation.decode(on_cpu(sample))
        except RepresentationError:
            return None


@contextmanager
def single_threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Give a pool of threads in each of which torch computes alone; what has not begun at the end never does."""
    threads = torch.get_num_threads()
    pool = ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(1,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(threads)


def strided(first: int, stride: int, drawn: int, size: int) -> range:
    """Return the next `size` of the numbers `first`, `first + stride`, ... after `drawn` of them.

    Example:
        >>> list(strided(1, 3, 2, 2))
        [7, 10]
    """
    return range(first + stride * drawn, first + stride * (drawn + size), stride)


def on_cpu(sample: Sample) -> Sample:
    """Return the sample with its tensors on the CPU."""
    return type(sample)(*(part.cpu() for part in sample)) if isinstance(sample, tuple) else sample.cpu()
