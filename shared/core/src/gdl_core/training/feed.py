"""Which samples a run sees: those of each step, and those that are held out."""

from collections.abc import Iterator, Sequence

import numpy as np

from gdl_core.conditions import Condition
from gdl_core.data import BatchOrder, Dataset, held_out, near
from gdl_core.errors import UsageError
from gdl_core.spaces import Batch
from gdl_core.training.machine import Machine
from gdl_core.training.options import TrainingOptions


class Feed:
    """This process's part of the batches of a run: of every `world` rows of a batch it takes one."""

    def __init__(
        self, dataset: Dataset, conditions: Sequence[Condition], options: TrainingOptions, where: Machine
    ) -> None:
        self.dataset, self.conditions, self.where, self.parts = dataset, conditions, where, options.accumulate
        count, overlap = len(dataset), dataset.overlap
        held = held_out(
            count,
            share=options.validation_share,
            most=options.validation_most,
            seed=options.seed,
            overlap=overlap,
        )
        self.held = held[np.argsort(dataset.sizes[held], kind="stable")]
        rows = np.setdiff1d(np.arange(count), near(held, count, overlap=overlap), assume_unique=True)
        self.order = BatchOrder(rows, dataset.sizes, batch_size=options.batch_size, seed=options.seed)
        if self.order.batch_size < where.world * self.parts:
            raise UsageError(
                f"a batch of {self.order.batch_size} samples cannot be divided among {where.world} processes times "
                f"{self.parts} micro-batches; use fewer, or more data"
            )

    def rows(self, step: int) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return the rows of the whole batch of a step, and this process's rows of each of its micro-batches."""
        rows = self.order.batch(step)
        own = rows[self.where.rank :: self.where.world]
        return rows, [own[part :: self.parts] for part in range(self.parts)]

    def batch(self, rows: np.ndarray) -> Batch:
        """Return rows of the data set, on the device."""
        batch = self.dataset.batch(rows, conditions=self.conditions)
        return batch if self.where.device.type == "cpu" else batch.to(self.where.device)

    def held_out_batches(self) -> Iterator[tuple[int, Batch]]:
        """Yield this process's part of the held-out batches, each with its place among all of them."""
        size = max(self.order.batch_size // (self.where.world * self.parts), 1)
        for place in range(self.where.rank, -(-len(self.held) // size), self.where.world):
            yield place, self.batch(self.held[place * size : (place + 1) * size])
