"""Which rows are held out, and which rows make up the batch of a step: functions of the seed and the step alone."""

import numpy as np

BATCHES_PER_POOL = 50
"""Rows are sorted by size within pools of this many batches: little padding, yet batches that stay random."""

RUN = 8
"""Rows that overlap are held out in runs of so many times the number of rows that one overlaps."""


class BatchOrder:
    """The rows of every training step. No state: the place in the data is the number of the step.

    An epoch is a random order of the rows; what does not fill a last batch is left for another epoch. Rows of like
    size meet in a batch, so that little of it is padding.

    Example:
        >>> order = BatchOrder(np.arange(10), np.ones(10), batch_size=4, seed=0)
        >>> len(order), order.batch(0).shape, bool((order.batch(5) == order.batch(5)).all())
        (2, (4,), True)
    """

    def __init__(self, rows: np.ndarray, sizes: np.ndarray, *, batch_size: int, seed: int) -> None:
        self.rows, self.sizes, self.seed = rows, sizes, seed
        self.batch_size = min(batch_size, len(rows))
        self.epoch, self.arranged = -1, rows[:0]

    def __len__(self) -> int:
        """Count the steps of an epoch."""
        return len(self.rows) // self.batch_size

    def batch(self, step: int) -> np.ndarray:
        """Return the rows of a step, counted from 0. Shapes: (batch_size,)."""
        epoch, place = divmod(step, len(self))
        if epoch != self.epoch:
            self.epoch, self.arranged = epoch, self._arrange(epoch)
        return self.arranged[place * self.batch_size : (place + 1) * self.batch_size]

    def _arrange(self, epoch: int) -> np.ndarray:
        random = np.random.Generator(np.random.Philox(key=np.array([self.seed & 0xFFFFFFFFFFFFFFFF, epoch], np.uint64)))
        chosen = random.permutation(len(self.rows))[: len(self) * self.batch_size]
        pools = np.arange(len(chosen)) // (BATCHES_PER_POOL * self.batch_size)
        batches = chosen[np.lexsort((self.sizes[chosen], pools))].reshape(-1, self.batch_size)
        pool_of_batch = np.arange(len(batches)) // BATCHES_PER_POOL
        shuffled = np.lexsort((random.random(len(batches)), pool_of_batch))
        return self.rows[batches[shuffled]].ravel()


def held_out(count: int, *, share: float, most: int, seed: int, overlap: int = 0) -> np.ndarray:
    """Choose the rows for validation by a hash of row and seed, in ascending order; at least one if share > 0.

    Where a row shares part of its content with the `overlap` rows behind it, they come in runs, so that few rows are
    `near` to them.

    Example:
        >>> held_out(100, share=0.05, most=3, seed=0).shape
        (3,)
    """
    room = (count - 1 - 2 * overlap) * RUN // (RUN + 2) if overlap else count - 1  # something is left to be learned
    wanted = min(max(round(count * share), 1), most, room) if share > 0 else 0
    if wanted <= 0:
        return np.empty(0, np.int64)
    run = min(RUN * overlap, wanted) or 1
    runs = -(-wanted // run)
    order = np.argpartition(_mixed(np.arange(-(-count // run), dtype=np.uint64), seed), runs - 1)[:runs]
    rows = np.sort((order[:, None] * run + np.arange(run)).ravel())
    return rows[rows < count][:wanted]


def near(held: np.ndarray, count: int, *, overlap: int) -> np.ndarray:
    """Return the rows that share content with held-out ones, and these: what training must not see.

    Example:
        >>> near(np.array([4, 5]), 10, overlap=1).tolist()
        [3, 4, 5, 6]
    """
    return np.unique(np.clip(held[:, None] + np.arange(-overlap, overlap + 1), 0, count - 1))


def _mixed(numbers: np.ndarray, seed: int) -> np.ndarray:
    """Scramble 64-bit numbers; a bijection for each seed. The finaliser of Steele et al. (2014), SplitMix64."""
    with np.errstate(over="ignore"):
        mixed = (numbers + np.uint64((seed * 0x632BE59BD9B4E019 + 1) & 0xFFFFFFFFFFFFFFFF)) * np.uint64(
            0x9E3779B97F4A7C15
        )
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
