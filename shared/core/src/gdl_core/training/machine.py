"""The device, the precision and the processes of a run, as Accelerate finds them; and the randomness of a step."""

from __future__ import annotations

import atexit
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gdl_core.errors import ResourceError, UsageError
from gdl_core.networks.precision import has_fast_bfloat16
from gdl_core.training.options import TrainingOptions


@dataclass(frozen=True)
class Machine:
    """Where a run computes: process `rank` of `world`, each with a device."""

    accelerator: Any
    device: torch.device
    rank: int
    world: int
    precision: str

    def autocast(self) -> AbstractContextManager[None]:
        """Compute in the run's precision."""
        return self.accelerator.autocast()

    def sum(self, tensors: Sequence[Tensor]) -> None:
        """Add up tensors over the processes, in place and in one exchange."""
        if self.world > 1 and tensors:
            flat = self.accelerator.reduce(torch.cat([tensor.flatten() for tensor in tensors]), "sum")
            for tensor, total in zip(tensors, flat.split([tensor.numel() for tensor in tensors]), strict=True):
                tensor.copy_(total.view_as(tensor))

    def total(self, number: float) -> float:
        """Add up a number over the processes."""
        if self.world == 1:
            return number
        part = torch.tensor(number, dtype=torch.float64, device=self.device)
        return float(self.accelerator.reduce(part, "sum"))

    def share(self, tensors: Iterable[Tensor]) -> None:
        """Give all processes the first one's tensors, in place."""
        if self.world > 1:
            for tensor in tensors:
                torch.distributed.broadcast(tensor, src=0)

    def agree(self, numbers: list[float]) -> list[float]:
        """Return what the first process says."""
        if self.world == 1:
            return numbers
        said = torch.tensor(numbers if self.rank == 0 else [0.0] * len(numbers), dtype=torch.float64)
        return self.accelerator.reduce(said.to(self.device), "sum").tolist()

    def wait(self) -> None:
        """Wait until all processes are here."""
        self.accelerator.wait_for_everyone()


@contextmanager
def machine(options: TrainingOptions) -> Iterator[Machine]:
    """Set up Accelerate for a run, and leave its global state as it was."""
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState, PartialState

    device = find_device(options.device)
    precision = find_precision(options.precision, device)
    if device.type == "cuda":
        torch.cuda.init()  # its generators are not there before
    joined = torch.distributed.is_available() and torch.distributed.is_initialized()
    with _fresh(PartialState._shared_state), _fresh(AcceleratorState._shared_state):
        accelerator = Accelerator(cpu=device.type == "cpu", mixed_precision="bf16" if precision == "bfloat16" else "no")
        check_world(accelerator.num_processes)
        if accelerator.num_processes > 1:
            device = accelerator.device
            if not joined:
                atexit.register(_part)
        yield Machine(accelerator, device, accelerator.process_index, accelerator.num_processes, precision)


def _part() -> None:
    """Leave the group of processes, at the end of the program only: processes that part cannot meet again."""
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


@contextmanager
def _fresh(shared: dict[str, Any]) -> Iterator[None]:
    """Set a shared state aside: Accelerate fixes device and precision for a whole program, we for a run."""
    kept = dict(shared)
    shared.clear()
    try:
        yield
    finally:
        shared.clear()
        shared.update(kept)


def find_device(name: str) -> torch.device:
    """Return the device called `name`; "auto" is an accelerator where there is one.

    Example:
        >>> find_device("cpu")
        device(type='cpu')
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise UsageError(f"there is no device {name!r}; there is: auto, cpu, cuda, cuda:N") from error
    there = {"cpu": 1, "cuda": torch.cuda.device_count()}  # random numbers in float64 are beyond Apple's mps
    if (device.index or 0) >= there.get(device.type, 0):
        raise ResourceError(f"there is no device {name!r} here; use `--device auto` or `--device cpu`")
    return device


def find_precision(name: str, device: torch.device) -> str:
    """Return the precision to compute in; "auto" is bfloat16 where the device is fast at it."""
    if name != "auto":
        return name
    return "bfloat16" if has_fast_bfloat16(device) else "float32"


def check_world(found: int) -> None:
    """Refuse to run alone where several processes were started: each would write the same folder."""
    promised = int(os.environ.get("WORLD_SIZE", "1"))
    if found != promised:
        raise UsageError(
            f"{promised} processes were started but {found} found each other; start them with `torchrun "
            "--nproc-per-node N`"
        )


@contextmanager
def own_randomness(device: torch.device) -> Iterator[None]:
    """Leave torch's global generators as they were, whatever happens to them inside."""
    generators = _generators(device)
    states = [generator.get_state() for generator in generators]
    try:
        yield
    finally:
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)


def seed_step(device: torch.device, *place: int) -> None:
    """Seed torch's generators for one place in a run, such as (seed, step, rank, phase).

    Dropout and noise are then a function of the place, and a run that goes on needs no stored state.
    """
    digest = hashlib.blake2b(repr(place).encode(), digest_size=8).digest()
    for generator in _generators(device):
        generator.manual_seed(int.from_bytes(digest, "little"))


def _generators(device: torch.device) -> list[torch.Generator]:
    generators = [torch.default_generator]
    if device.type == "cuda":
        index = torch.cuda.current_device() if device.index is None else device.index
        generators.append(torch.cuda.default_generators[index])
    return generators


@contextmanager
def naming_memory_errors(options: TrainingOptions) -> Iterator[None]:
    """Turn a lack of memory into an error that says what to change."""
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
