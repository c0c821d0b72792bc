"""The training loop."""

from __future__ import annotations

import json
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace as changed
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gdl_core.checkpoint.weights import fill, read_tensors, tensors_of, write_tensors
from gdl_core.checkpoint.writing import describe, save, write_into
from gdl_core.data import BatchOrder, Dataset, held_out
from gdl_core.errors import CheckpointError, ResourceError, UsageError
from gdl_core.families import Family, HasLikelihood, Phase
from gdl_core.folders import new_folder
from gdl_core.pairing import Design
from gdl_core.representation import Representation
from gdl_core.spaces import Batch
from gdl_core.training.average import Average
from gdl_core.training.folder import Log, RunFolder, read_state, write_state
from gdl_core.training.machine import Machine, machine, own_randomness, seed_step
from gdl_core.training.optimizers import make_optimizer, optimizer_tensors, restore_optimizers
from gdl_core.training.options import TrainingOptions
from gdl_core.training.schedule import fraction_done, learning_rate

ELEMENTS = {"tokens": "token", "vector": "dimension", "grid": "cell", "points": "coordinate", "graph": "node or pair"}
AGREE_EVERY = 10
"""Several processes ask the first one for the time, and whether to stop, every so many steps."""

Progress = Callable[[dict[str, Any]], None]


class Interrupted(KeyboardInterrupt):
    """A run was stopped from outside, after it had saved all that resuming needs."""


@dataclass(frozen=True)
class Trained:
    """How a run ended. `validation` is the best loss per element on the held-out samples, if there are any."""

    folder: Path
    steps: int
    epochs: float
    elapsed: float
    loss: float
    validation: float | None
    unit: str
    reason: str
    """"steps", "time" or "patience"."""


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

    A resumed run ends with the same weights as one that was never stopped, bit for bit on the CPU. `representation`
    and `domain` are the data set's own unless given. `progress` hears what the log hears.

    Raises:
        Interrupted: Ctrl-C or SIGTERM came; the run can be resumed.
    """
    folder = RunFolder(Path(out))
    description = {
        "options": options.to_config(),
        "design": design.to_config(),
        "representation": describe(representation or dataset.representation_config),
        "domain": domain or dataset.domain,
        "data": {"fingerprint": dataset.fingerprint, "count": len(dataset)},
    }
    with machine(options) as where, own_randomness(where.device), _naming_memory_errors(options):
        if where.rank == 0:
            folder.begin(description, resume=resume, replace=replace)
        where.wait()
        run = Run(model, dataset, folder, options, design, description, where, card, progress)
        if resume:
            run.restore()
        return run.train()


class Run:
    """One run in one process."""

    def __init__(
        self,
        model: Family,
        dataset: Dataset,
        folder: RunFolder,
        options: TrainingOptions,
        design: Design,
        description: Mapping[str, Any],
        where: Machine,
        card: str | None,
        progress: Progress,
    ) -> None:
        self.model, self.dataset, self.folder, self.options, self.design = model, dataset, folder, options, design
        self.description, self.where, self.card, self.progress = description, where, card, progress
        model.to(where.device)
        self.average = Average(model, options.ema_decay)
        self.phases = model.phases()
        self.optimizers = {phase.name: make_optimizer(phase, options) for phase in self.phases}
        self._split()
        named = ELEMENTS[dataset.space.kind]
        self.unit = f"nats per {named}" if isinstance(model, HasLikelihood) else f"per {named}"
        self.step, self.before, self.started = 0, 0.0, time.perf_counter()
        self.best: float | None = None
        self.since_best, self.validated, self.finished = 0, -1, ""
        self.loss = math.nan

    def _split(self) -> None:
        options, sizes = self.options, self.dataset.sizes
        self.held = held_out(
            len(self.dataset), share=options.validation_share, most=options.validation_most, seed=options.seed
        )
        self.held = self.held[np.argsort(sizes[self.held], kind="stable")]
        rows = np.setdiff1d(np.arange(len(self.dataset)), self.held, assume_unique=True)
        self.order = BatchOrder(rows, sizes, batch_size=options.batch_size, seed=options.seed)
        parts = self.where.world * options.accumulate
        if self.order.batch_size < parts:
            raise UsageError(
                f"a batch of {self.order.batch_size} samples cannot be divided into {parts} parts (processes times "
                "micro-batches); use fewer, or more data"
            )

    @property
    def elapsed(self) -> float:
        """Seconds of training so far, those before an interruption among them."""
        return self.before + time.perf_counter() - self.started

    # ---- the loop

    def train(self) -> Trained:
        """Run to the end, and save the model."""
        if self.finished:
            return self._result()
        self.log = Log(self.folder.log, after=self.step) if self.where.rank == 0 else None
        self.started = time.perf_counter()
        self.window = Window(self)
        try:
            with _noting_signals() as stopped:
                self._loop(stopped)
            self._finish()
        finally:
            if self.log:
                self.log.close()
        return self._result()

    def _loop(self, stopped: Callable[[], bool]) -> None:
        saved = time.perf_counter()
        clock, stop = self.elapsed, False
        while not self._over(clock):
            self._take_step(clock)
            if self.where.world == 1 or self.step % AGREE_EVERY == 0:
                due = time.perf_counter() - saved >= self.options.checkpoint_every
                clock, stop, due = self._agree(stopped(), due)
                if stop or due:
                    self.checkpoint()
                    saved = time.perf_counter()
            if stop:
                raise Interrupted(f"stopped at step {self.step}; {self.folder.path} can be resumed")
            if self.step % self.options.evaluate_every == 0:
                self._evaluate()

    def _agree(self, stop: bool, due: bool) -> tuple[float, bool, bool]:
        if self.where.world == 1:
            return self.elapsed, stop, due
        clock, said_stop, said_due = self.where.agree([self.elapsed, stop, due])
        return clock, bool(said_stop), bool(said_due)

    def _over(self, clock: float) -> bool:
        if self.options.patience and self.since_best >= self.options.patience:
            self.finished = "patience"
        elif fraction_done(self.options, self.step, clock) >= 1:
            self.finished = "steps" if self.options.steps else "time"
        return bool(self.finished)

    def _finish(self) -> None:
        if self.validated != self.step:
            self._evaluate()
        if self.best is None:
            self._save_model()
        self.checkpoint()

    def _result(self) -> Trained:
        return Trained(
            self.folder.path, self.step, self.epoch, self.elapsed if not self.before else self.before, self.loss,
            self.best, self.unit, self.finished,
        )  # fmt: skip

    @property
    def epoch(self) -> float:
        """How often the data was seen."""
        return self.step / len(self.order)

    # ---- a step

    def _take_step(self, clock: float) -> None:
        self.model.train()
        rows = self.order.batch(self.step)
        sizes = self.dataset.sizes[rows]
        rate = learning_rate(self.options, self.step, fraction_done(self.options, self.step, clock))
        batches = self._micro_batches(rows)
        losses, norms = {}, {}
        for place, phase in enumerate(self.phases):
            if self.step % phase.every == 0:
                seed_step(self.where.device, self.options.seed, self.step, self.where.rank, place)
                losses[phase.name] = self._compute_gradient(phase, batches, float(sizes.sum()))
                norms[phase.name] = self._move(phase, rate)
        self.step += 1
        self.average.update(self.step)
        self.window.add(losses, norms, rate, float(sizes.sum()), len(rows))

    def _micro_batches(self, rows: np.ndarray) -> list[Batch]:
        own = rows[self.where.rank :: self.where.world]
        count = self.options.accumulate
        return [self._batch(own[part::count]) for part in range(count)]

    def _batch(self, rows: np.ndarray) -> Batch:
        batch = self.dataset.batch(rows, conditions=self.design.conditions)
        return batch if self.where.device.type == "cpu" else batch.to(self.where.device)

    def _compute_gradient(self, phase: Phase, batches: list[Batch], size: float) -> Tensor:
        """Add up the gradient of the mean loss per element over the whole batch; return this process's part of it."""
        total = torch.zeros((), device=self.where.device)
        with self._only(phase):
            for batch in batches:
                with self.where.autocast():
                    loss = phase.loss(batch).sum() / size
                loss.backward()
                total += loss.detach()
        self.where.sum([parameter.grad for parameter in phase.parameters if parameter.grad is not None])
        return total

    @contextmanager
    def _only(self, phase: Phase) -> Iterator[None]:
        """Keep the gradient of a phase from all parameters but its own."""
        if len(self.phases) == 1:
            yield
            return
        own = {id(parameter) for parameter in phase.parameters}
        others = [p for p in self.model.parameters() if id(p) not in own and p.requires_grad]
        for parameter in others:
            parameter.requires_grad_(False)
        try:
            yield
        finally:
            for parameter in others:
                parameter.requires_grad_(True)

    def _move(self, phase: Phase, rate: float) -> Tensor:
        """Clip the gradient and take the optimizer's step; return the gradient's norm."""
        limit = self.options.gradient_clip or math.inf
        norm = torch.nn.utils.clip_grad_norm_(phase.parameters, limit)
        optimizer = self.optimizers[phase.name]
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        optimizer.zero_grad()
        return norm

    # ---- validation

    def _evaluate(self) -> None:
        self.window.report()
        self.validated = self.step
        if not len(self.held):
            return
        loss = self._held_out_loss()
        better = self.best is None or loss < self.best
        self.since_best = 0 if better else self.since_best + 1
        if better:
            self.best = loss
            self._save_model()
        self.say({"event": "validation", "step": self.step, "validation": loss, "best": self.best, "unit": self.unit})

    @torch.no_grad()
    def _held_out_loss(self) -> float:
        """Return the loss per element of the averaged model over the held-out samples."""
        size = max(self.order.batch_size // (self.where.world * self.options.accumulate), 1)
        parts = [self.held[start : start + size] for start in range(0, len(self.held), size)]
        total = torch.zeros((), dtype=torch.float64, device=self.where.device)
        for place in range(self.where.rank, len(parts), self.where.world):
            seed_step(self.where.device, self.options.seed, -1, place)
            with self.where.autocast():
                total += self.average.model.loss(self._batch(parts[place])).double().sum()
        self.where.sum([total])
        loss = total.item() / float(self.dataset.sizes[self.held].sum())
        if not math.isfinite(loss):
            raise UsageError(f"the validation loss is {loss} at step {self.step}{self._way_out()}")
        return loss

    # ---- what is written

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
        training = {
            "steps": self.step,
            "epochs": self.epoch,
            "samples": len(self.order.rows),
            "elapsed": self.elapsed,
            "loss": None if math.isnan(self.loss) else self.loss,
            "validation": self.best,
            "unit": self.unit,
            "options": self.options.to_config(),
            "data": {**self.description["data"], "source": self.dataset.description.get("source", "")},
        }
        return {
            "model": self.average.model,
            "design": self.design,
            "representation": self.description["representation"],
            "domain": self.description["domain"],
            "card": self.card,
            "extra": {"training": training},
        }

    def checkpoint(self) -> None:
        """Save all that resuming needs."""
        self.window.report()
        if self.where.rank == 0:
            with new_folder(self.folder.checkpoint(self.step), replace=True) as draft:
                (draft / "model").mkdir()
                write_into(draft / "model", **self._contents())
                write_tensors(draft / "weights.safetensors", tensors_of(self.model))
                write_tensors(draft / "average.safetensors", tensors_of(self.average.model))
                write_tensors(draft / "optimizer.safetensors", optimizer_tensors(self.model, self.optimizers))
                write_state(draft, self._state())
            self.folder.prune()
            self.progress({"event": "checkpoint", "step": self.step, "path": str(self.folder.checkpoint(self.step))})
        self.where.wait()

    def _state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "elapsed": self.elapsed,
            "best": self.best,
            "since_best": self.since_best,
            "validated": self.validated,
            "finished": self.finished,
            "loss": None if math.isnan(self.loss) else self.loss,
        }

    @torch.no_grad()
    def restore(self) -> None:
        """Go back to the newest checkpoint that is whole; without any, to the start."""
        checkpoints = self.folder.checkpoints()
        for newest, path in enumerate(checkpoints):
            try:
                state = read_state(path)
            except CheckpointError:
                if newest == len(checkpoints) - 1:
                    raise
                continue
            for name, module in (("weights", self.model), ("average", self.average.model)):
                fill(module, read_tensors(path / f"{name}.safetensors"), path / f"{name}.safetensors")
            tensors = read_tensors(path / "optimizer.safetensors")
            restore_optimizers(self.model, self.optimizers, tensors, path / "optimizer.safetensors")
            self.step, self.before, self.best = state["step"], state["elapsed"], state["best"]
            self.since_best, self.validated, self.finished = state["since_best"], state["validated"], state["finished"]
            self.loss = math.nan if state["loss"] is None else state["loss"]
            return

    def _way_out(self) -> str:
        saved = self.folder.checkpoints()
        kept = f"; {saved[0]} is the last checkpoint before" if saved else ""
        return f"{kept}; train again with a smaller learning rate, or look for odd values in the data"


class Window:
    """What happened since the last report. Losses stay on the device until then: to fetch each would halt it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._clear()

    def _clear(self) -> None:
        self.losses: list[dict[str, Tensor]] = []
        self.norms: list[dict[str, Tensor]] = []
        self.rate, self.elements, self.samples = 0.0, 0.0, 0
        self.since = time.perf_counter()

    def add(
        self, losses: dict[str, Tensor], norms: dict[str, Tensor], rate: float, elements: float, samples: int
    ) -> None:
        """Note a step; report when it is time, often at first and seldom in a long run."""
        self.losses.append(losses)
        self.norms.append(norms)
        self.rate, self.elements, self.samples = rate, self.elements + elements, self.samples + samples
        if time.perf_counter() - self.since > min(max(0.2, 0.005 * self.run.elapsed), 10.0):
            self.report()

    def report(self) -> None:
        """Say how the last steps went, after a look at whether their losses were finite."""
        run, count = self.run, len(self.losses)
        if not count:
            return
        losses = self._means([*self.losses])
        norms = self._means([*self.norms])
        seconds = time.perf_counter() - self.since
        run.loss = next(iter(losses.values()))
        event = {
            "event": "step",
            "step": run.step,
            "epoch": round(run.epoch, 4),
            "loss": run.loss,
            "unit": run.unit,
            "learning_rate": self.rate,
            "gradient_norm": next(iter(norms.values())),
            "samples_per_second": self.samples / seconds,
            "elements_per_second": self.elements / seconds,
            "elapsed": run.elapsed,
            "remaining": self._remaining(),
        }
        if len(run.phases) > 1:
            event |= {"losses": losses, "gradient_norms": norms}
        self._clear()
        run.say(event)

    def _means(self, entries: list[dict[str, Tensor]]) -> dict[str, float]:
        """Average what several steps say under each name; a value that is not finite ends the run."""
        found: dict[str, list[float]] = {}
        for back, entry in enumerate(entries):
            for name, value in entry.items():
                number = value.item()
                if not math.isfinite(number):
                    step = self.run.step - len(entries) + back + 1
                    raise UsageError(f"the loss or its gradient is {number} at step {step}{self.run._way_out()}")
                found.setdefault(name, []).append(number)
        return {name: sum(numbers) / len(numbers) for name, numbers in found.items()}

    def _remaining(self) -> float:
        run = self.run
        done = fraction_done(run.options, run.step, run.elapsed)
        return run.elapsed * (1 - done) / done if done else math.inf


@contextmanager
def _noting_signals() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether Ctrl-C or SIGTERM came; a second one stops at once."""
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return

    def note(number: int, frame: Any) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _naming_memory_errors(options: TrainingOptions) -> Iterator[None]:
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        text = str(error)
        if isinstance(error, RuntimeError) and "out of memory" not in text and "allocate memory" not in text:
            raise
        raise ResourceError(
            f"the memory does not suffice for a batch of {options.batch_size} samples in {options.accumulate} parts; "
            f"halve the batch size, or set accumulate to {options.accumulate * 2}"
        ) from error
