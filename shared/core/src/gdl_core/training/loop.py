"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch

from gdl_core.checkpoint.writing import WEIGHTS, describe, save, write_into
from gdl_core.data import Dataset
from gdl_core.errors import CheckpointError, UsageError
from gdl_core.families import Family, HasLikelihood
from gdl_core.folders import new_folder
from gdl_core.pairing import Design
from gdl_core.representation import Representation
from gdl_core.training.feed import Feed
from gdl_core.training.folder import Log, RunFolder, read_state, write_state
from gdl_core.training.interruption import Interrupted, noting_signals
from gdl_core.training.learner import Learner
from gdl_core.training.machine import Machine, machine, naming_memory_errors, own_randomness
from gdl_core.training.options import TrainingOptions
from gdl_core.training.report import Report
from gdl_core.training.schedule import fraction_done, learning_rate
from gdl_core.training.state import State, Trained

ELEMENTS = {"tokens": "token", "vector": "dimension", "grid": "cell", "points": "coordinate", "graph": "node or pair"}

AGREE_EVERY = 10
"""Several processes ask the first one for the time, and whether to stop, every so many steps."""

Progress = Callable[[dict[str, Any]], None]


def train(
    model: Family,
    dataset: Dataset,
    out: str | Path,
    *,
    options: TrainingOptions,
    design: Design,
    representation: Representation | Mapping[str, Any] | None = None,
    domain: str | None = None,
    card: str | None = None,
    resume: bool = False,
    replace: bool = False,
    progress: Progress = lambda event: None,
) -> Trained:
    """Train a model in the run folder `out`; at the end it holds the averaged weights, best on the held-out samples.

    A resumed run ends with the same weights as one that was never stopped, bit for bit on the CPU; in a run of several
    processes, what only training needs (`Family.training_only`) goes on from the first one's. `representation`
    and `domain` are the data set's own unless given. `progress` hears what the log hears, and of checkpoints.

    Raises:
        Interrupted: Ctrl-C or SIGTERM came; the run can be resumed.
    """
    folder = RunFolder(Path(out))
    description: dict[str, Any] = {
        "options": options.to_config(),
        "design": design.to_config(),
        "representation": describe(dataset.representation_config if representation is None else representation),
        "domain": domain or dataset.domain,
        "data": {"fingerprint": dataset.fingerprint, "count": len(dataset)},
    }
    identity: dict[str, Any] = {"design": design, "card": card}
    identity |= {name: description[name] for name in ("representation", "domain")}
    with machine(options) as where, own_randomness(where.device), naming_memory_errors(options):
        if where.rank == 0:
            folder.begin(description, resume=resume, replace=replace)
        where.wait()
        run = Run(
            options,
            where,
            folder,
            Learner(model, options, where),
            Feed(dataset, design.conditions, options, where),
            identity,
            {**description["data"], "source": dataset.description.get("source", "")},
            progress,
        )
        if resume:
            run.restore()
        return run.train()


class Run:
    """One run in one process. `identity` and `data` are what its saved models say of themselves."""

    def __init__(
        self,
        options: TrainingOptions,
        where: Machine,
        folder: RunFolder,
        learner: Learner,
        feed: Feed,
        identity: dict[str, Any],
        data: dict[str, Any],
        progress: Progress,
    ) -> None:
        self.options, self.where, self.folder, self.learner, self.feed = options, where, folder, learner, feed
        self.identity, self.data, self.progress = identity, data, progress
        named = ELEMENTS[feed.dataset.space.kind]
        likely = learner.model.nats and isinstance(learner.model, HasLikelihood)
        self.unit = f"nats per {named}" if likely else f"per {named}"
        self.state = State()
        self.log: Log | None = None
        self.started = time.perf_counter()

    def train(self) -> Trained:
        """Run to the end, and save the model."""
        if not self.state.finished:
            self.started = time.perf_counter() - self.state.elapsed
            self.log = Log(self.folder.log, after=self.state.step) if self.where.rank == 0 else None
            self.report = Report(self.state.step, self._way_out)
            try:
                with noting_signals() as stopped:
                    self._loop(stopped)
                self._finish()
            finally:
                if self.log:
                    self.log.close()
        state = self.state
        return Trained(
            self.folder.path, state.step, self.epoch, state.elapsed, state.loss, state.best, self.unit, state.finished
        )

    @property
    def epoch(self) -> float:
        """How often the data was seen."""
        return self.state.step / len(self.feed.order)

    @property
    def elapsed(self) -> float:
        """Seconds of training so far, those before an interruption among them."""
        return time.perf_counter() - self.started

    def _loop(self, stopped: Callable[[], bool]) -> None:
        saved = time.perf_counter()
        clock, _, _ = self._agree(False, False)
        while not self._over(clock):
            self._take_step(clock)
            if self.state.step % self.options.evaluate_every == 0:
                self._evaluate()  # before a checkpoint, which would else resume without it
            if self.where.world > 1 and self.state.step % AGREE_EVERY:
                continue
            due = time.perf_counter() - saved >= self.options.checkpoint_every
            clock, stop, due = self._agree(stopped(), due)
            if stop or due:
                self.checkpoint()
                saved = time.perf_counter()
            if stop:
                raise Interrupted(f"stopped at step {self.state.step}; {self.folder.path} can be resumed")

    def _agree(self, stop: bool, due: bool) -> tuple[float, bool, bool]:
        if self.where.world == 1:
            return self.elapsed, stop, due
        clock, said_stop, said_due = self.where.agree([self.elapsed, stop, due])
        return clock, bool(said_stop), bool(said_due)

    def _over(self, clock: float) -> bool:
        if self.options.patience and self.state.since_best >= self.options.patience:
            self.state.finished = "patience"
        elif fraction_done(self.options, self.state.step, clock) >= 1:
            self.state.finished = "steps" if self.options.steps else "time"
        return bool(self.state.finished)

    def _take_step(self, clock: float) -> None:
        step = self.state.step
        rate = learning_rate(self.options, step, fraction_done(self.options, step, clock))
        rows, own = self.feed.rows(step)
        sizes = self.feed.dataset.sizes[rows]
        size = float(sizes.sum())
        losses, norms = self.learner.learn(step, [self.feed.batch(part) for part in own], size, rate)
        if self.where.world > 1:
            share = float(sizes[self.where.rank :: self.where.world].sum()) / size
            losses = {name: loss / share for name, loss in losses.items()}
        self.state.step += 1
        self.report.add(losses, norms, rate, size, len(rows))
        if self.report.due(self.elapsed):
            self._tell()

    def _finish(self) -> None:
        if self.state.validated != self.state.step:
            self._evaluate()
        if self.state.best is None:
            self._save_model()
        self.checkpoint()

    # ---- validation

    def _evaluate(self) -> None:
        self._tell()
        state = self.state
        state.validated = state.step
        if not len(self.feed.held):
            return
        loss = self._held_out_loss()
        better = state.best is None or loss < state.best or not self.learner.model.comparable
        state.since_best = 0 if better else state.since_best + 1
        if better:
            state.best = loss
            self._save_model()
        event = {"event": "validation", "step": state.step, "validation": loss, "best": state.best, "unit": self.unit}
        self.say(event | {"epoch": self.epoch, "elapsed": self.elapsed})

    def _held_out_loss(self) -> float:
        """Return the loss per element of the averaged model over the held-out samples."""
        losses = [self.learner.validation_loss(batch, place) for place, batch in self.feed.held_out_batches()]
        total = self.where.total(math.fsum(torch.stack(losses).tolist()) if losses else 0.0)
        loss = total / float(self.feed.dataset.sizes[self.feed.held].sum())
        if not math.isfinite(loss):
            raise UsageError(f"the validation loss is {loss} at step {self.state.step}{self._way_out()}")
        return loss

    def _way_out(self) -> str:
        saved = self.folder.checkpoints()
        kept = f"; {saved[0]} is the last checkpoint before" if saved else ""
        return f"{kept}; train again with a smaller learning rate, or look for odd values in the data"

    # ---- what is written

    def _tell(self) -> None:
        """Say how the last steps went, after a look at whether their losses were finite."""
        event = self.report.tell()
        if event is None:
            return
        self.state.loss = event["loss"]
        done = fraction_done(self.options, self.state.step, self.elapsed)
        elapsed = self.elapsed
        remaining = elapsed * (1 - done) / max(done, 1e-9)
        self.say(event | {"epoch": self.epoch, "unit": self.unit, "elapsed": elapsed, "remaining": remaining})

    def say(self, event: dict[str, Any]) -> None:
        """Write an event to the log and hand it to who listens."""
        if self.log:
            self.log.write(event)
            self.progress(event)

    def _save_model(self) -> None:
        if self.where.rank == 0:
            save(self.folder.model, replace=True, **self._contents())
        self.where.wait()

    def _contents(self) -> dict[str, Any]:
        self.state.elapsed = self.elapsed
        training = {
            "steps": self.state.step,
            "epochs": self.epoch,
            "samples": len(self.feed.order.rows),
            "elapsed": self.state.elapsed,
            "loss": self.state.loss,
            "validation": self.state.best,
            "unit": self.unit,
            "options": self.options.to_config(),
            "data": self.data,
        }
        return {"model": self.learner.average.model, "extra": {"training": training}, **self.identity}

    def checkpoint(self) -> None:
        """Save all that resuming needs."""
        self._tell()
        if self.where.rank == 0:
            place = self.folder.checkpoint(self.state.step)
            with new_folder(place, replace=True) as draft:
                (draft / "model").mkdir()
                write_into(draft / "model", **self._contents())
                self.learner.write(draft)
                write_state(draft, asdict(self.state))
            self.folder.prune()
            self.progress({"event": "checkpoint", "step": self.state.step, "path": str(place)})
        self.where.wait()

    def restore(self) -> None:
        """Go back to the newest checkpoint that is whole; without any, to the start."""
        trouble: CheckpointError | None = None
        for path in self.folder.checkpoints():
            try:
                found = read_state(path)
            except CheckpointError as error:
                trouble = error
                continue
            self.state = State(**{field.name: found[field.name] for field in fields(State)})
            return self.learner.read(path, path / "model" / WEIGHTS)
        if trouble:
            raise trouble
