"""Time a training step of our loop against a bare PyTorch loop that does the same arithmetic.

    python tools/benchmarks/training_step.py

Both train the same small model on the same batches with AdamW, clipping and a falling learning rate; ours keeps its
average of the weights, its log and its checkpoints besides. They take turns, so that a busy machine slows both. The
script prints the time of a step, the ratio, and that both end with the same weights; it ends with 1 above `--limit`.
"""

import argparse
import math
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from gdl_core.data import BatchOrder, Dataset
from gdl_core.families import Family
from gdl_core.pairing import Design, build
from gdl_core.spaces import Batch, Tokens
from gdl_core.training import TrainingOptions, train

BATCH_SIZE = 32
SPACE = Tokens(vocabulary_size=30, max_length=60)
DESIGN = Design("autoregressive", SPACE, "transformer", network_options={"width": 32, "layers": 1, "heads": 2})


def main() -> None:
    """Let both loops take turns, print the figures, and say whether the limit is kept."""
    arguments = read_arguments()
    torch.set_num_threads(1)
    dataset = made_up_data()
    ratios, ours, theirs = [], [], []
    for turn in range(arguments.rounds):
        our_seconds, our_weights = our_loop(dataset, arguments.steps)
        their_seconds, their_weights = bare_loop(dataset, arguments.steps)
        for name, weight in their_weights.items():
            torch.testing.assert_close(our_weights[name], weight, rtol=1e-3, atol=1e-4)
        ours.append(our_seconds)
        theirs.append(their_seconds)
        ratios.append(our_seconds / their_seconds)
        print(f"round {turn + 1}: ours {our_seconds * 1e3:.2f} ms, bare {their_seconds * 1e3:.2f} ms a step")
    ratio = min(ours) / min(theirs)  # the least disturbed round of each
    print(f"ours / bare: {ratio:.3f} (median of rounds {statistics.median(ratios):.3f}); the same weights")
    sys.exit(0 if ratio <= arguments.limit else 1)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=400, help="in each round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--limit", type=float, default=1.10, help="greatest ratio (default: %(default)s)")
    return parser.parse_args()


def made_up_data() -> Dataset:
    """Make sequences whose lengths are like those of molecules."""
    random = np.random.default_rng(0)
    lengths = random.normal(36, 6, 20_000).clip(10, 60).astype(int)
    return Dataset.from_samples(SPACE, [torch.from_numpy(random.integers(0, 30, length)) for length in lengths])


def options(steps: int) -> TrainingOptions:
    """Return the same work for both loops."""
    return TrainingOptions(steps=steps, batch_size=BATCH_SIZE, validation_share=0, precision="float32", device="cpu")


def our_loop(dataset: Dataset, steps: int) -> tuple[float, dict[str, torch.Tensor]]:
    """Return the seconds of a step, between the first report and the last, and the last weights."""
    events: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        train(
            build(DESIGN), dataset, Path(folder) / "run", options=options(steps), design=DESIGN, domain="none",
            representation={"name": "none", "config": {}},
            progress=lambda event: events.append(event) if event["event"] == "step" else None,
        )  # fmt: skip
        weights = load_file(Path(folder) / "run" / "checkpoints" / str(steps) / "weights.safetensors")
    first, last = events[0], events[-1]
    return (last["elapsed"] - first["elapsed"]) / (last["step"] - first["step"]), weights


def bare_loop(dataset: Dataset, steps: int) -> tuple[float, dict[str, torch.Tensor]]:
    """Return the seconds of a step after a warm-up, and the last weights."""
    model = build(DESIGN).train()
    values, mask, lengths = padded(dataset)
    order = BatchOrder(np.arange(len(dataset)), dataset.sizes, batch_size=BATCH_SIZE, seed=0)
    chosen = options(steps)
    optimizer = torch.optim.AdamW(groups(model, chosen), lr=1e-3, betas=(0.9, 0.95), fused=True)
    losses, started = [], 0.0
    for step in range(steps):
        if step == steps // 10:
            started = time.perf_counter()
        rows = torch.from_numpy(order.batch(step))
        width = int(lengths[rows].max())
        batch = Batch(values[rows, :width], mask[rows, :width])
        rise = min(1.0, max((step + 1) / chosen.warmup_steps, step / steps / 0.1))
        for group in optimizer.param_groups:
            group["lr"] = chosen.learning_rate * rise * 0.5 * (1 + math.cos(math.pi * step / steps))
        loss = model.loss(batch).sum() / (lengths[rows] + 1).sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), chosen.gradient_clip)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return (time.perf_counter() - started) / (steps - steps // 10), model.state_dict()


def groups(model: Family, chosen: TrainingOptions) -> list[dict[str, object]]:
    """Let matrices decay, and nothing else."""
    matrices = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
    others = [parameter for parameter in model.parameters() if parameter.ndim < 2]
    return [{"params": matrices, "weight_decay": chosen.weight_decay}, {"params": others, "weight_decay": 0.0}]


def padded(dataset: Dataset) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return all samples in one tensor, which ones are real, and their lengths."""
    batch = dataset.batch(np.arange(len(dataset)))
    assert batch.mask is not None
    return batch.values, batch.mask, batch.mask.sum(1)


if __name__ == "__main__":
    main()
