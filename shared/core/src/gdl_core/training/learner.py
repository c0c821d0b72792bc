"""A model in training: its phases, their optimizers, and the average of its weights."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from gdl_core.checkpoint.weights import fill, fill_tensors, read_tensors, tensors_of, write_tensors
from gdl_core.families import Family, Phase
from gdl_core.spaces import Batch
from gdl_core.training.average import Average
from gdl_core.training.machine import Machine, seed_step
from gdl_core.training.optimizers import make_optimizer, optimizer_tensors, restore_optimizers
from gdl_core.training.options import TrainingOptions

WEIGHTS, MEMORY, OPTIMIZER = "weights.safetensors", "memory.safetensors", "optimizer.safetensors"


class Learner:
    """Takes the steps of a run. What it does in a step depends on the step's number, its batch and the seed alone."""

    def __init__(self, model: Family, options: TrainingOptions, where: Machine) -> None:
        self.model, self.options, self.where = model.to(where.device), options, where
        where.share(tensors_of(model).values())
        self.average = Average(model, options.ema_decay)
        self.phases = model.phases()
        self.optimizers = {phase.name: make_optimizer(phase, options) for phase in self.phases}

    def learn(
        self, step: int, batches: Sequence[Batch], size: float, rate: float
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Take a step, counted from 0, with this process's micro-batches of a batch of `size` elements.

        Returns, for each phase that had its turn, this process's part of the loss and the norm of the whole gradient.
        """
        self.model.train()
        losses, norms = {}, {}
        for place, phase in enumerate(self.phases):
            if step % phase.every == 0:
                seed_step(self.where.device, self.options.seed, step, self.where.rank, place)
                losses[phase.name] = self._compute_gradient(phase, batches, size)
                norms[phase.name] = self._move(phase, rate)
        self.average.update(step + 1)
        return losses, norms

    def _compute_gradient(self, phase: Phase, batches: Sequence[Batch], size: float) -> Tensor:
        """Add up the gradient of the loss per element of the whole batch; return this process's part of that loss."""
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
        norm = torch.nn.utils.clip_grad_norm_(phase.parameters, self.options.gradient_clip or math.inf)
        optimizer = self.optimizers[phase.name]
        for group in optimizer.param_groups:
            group["lr"] = rate * phase.rate
        optimizer.step()
        optimizer.zero_grad()
        return norm

    @torch.no_grad()
    def validation_loss(self, batch: Batch, place: int) -> Tensor:
        """Return the loss of the averaged model, summed over a batch; its noise depends on `place` alone."""
        seed_step(self.where.device, self.options.seed, -1, place)
        with self.where.autocast():
            return self.average.model.loss(batch).sum()

    def write(self, folder: Path) -> None:
        """Write what a checkpoint needs besides the averaged model."""
        write_tensors(folder / WEIGHTS, tensors_of(self.model))
        if memory := self._memory():
            write_tensors(folder / MEMORY, memory)
        write_tensors(folder / OPTIMIZER, optimizer_tensors(self.model, self.optimizers))

    @torch.no_grad()
    def read(self, folder: Path, average: Path) -> None:
        """Go back to what `write` wrote and to the averaged weights in the file `average`."""
        fill(self.model, read_tensors(folder / WEIGHTS), folder / WEIGHTS)
        if memory := self._memory():
            fill_tensors(memory, read_tensors(folder / MEMORY), folder / MEMORY)
        fill(self.average.model, read_tensors(average), average)
        restore_optimizers(self.model, self.optimizers, read_tensors(folder / OPTIMIZER), folder / OPTIMIZER)

    def _memory(self) -> dict[str, Tensor]:
        """Return the buffers that only training needs."""
        prefixes = self.model.training_only
        return {name: buffer for name, buffer in self.model.named_buffers() if name.startswith(prefixes)}
