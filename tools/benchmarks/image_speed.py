"""Time diffusion over pictures against diffusers: a training step, and sampling.

    pip install diffusers==0.42.1
    python tools/benchmarks/image_speed.py

A training step (noise, loss, gradients, AdamW) and sampling by DDIM are timed with one network on both sides,
diffusers' own U-Net, so that only what stands around it differs; and with each side's own U-Net, of about equal size.
Both sides take turns. Times are of the processor, each side's best round; the script ends with 1 above `--limit`.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler, UNet2DModel
from torch import Tensor, nn

from gdl_core.families import Family
from gdl_core.families.diffusion import Ddpm
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Grid

SPACE = Grid(channels=3, shape=(32, 32), levels=256)
THEIR_WIDTHS, OUR_WIDTH = (32, 64, 128, 128), 36
"""Theirs has two residual blocks at each scale on the way up, ours one."""

Run = Callable[[], Any]


class Wrapped(nn.Module):
    """Diffusers' U-Net as a network that our families can ask."""

    def __init__(self, network: UNet2DModel) -> None:
        super().__init__()
        self.network = network

    def forward(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        return (self.network(batch.values, time, return_dict=False)[0][..., None],)


def main() -> None:
    """Time all pairs, print the ratios, and say whether the limits are kept."""
    arguments = read_arguments()
    torch.set_num_threads(1)
    one = their_network()
    same = Ddpm(SPACE, lambda role, **sizes: Wrapped(one))
    own = build(Design("diffusion", SPACE, "unet", variant="ddpm", network_options={"width": OUR_WIDTH}))
    found = []
    for name, ours, theirs in (("the same U-Net", same, one), ("each its own U-Net", own, their_network())):
        print(f"{name}: {millions(ours):.2f} and {millions(theirs):.2f} million weights")
        for what, mine, rival in (
            ("a training step", our_step(ours, arguments), their_step(theirs, arguments)),
            ("sampling", our_samples(ours, arguments), their_samples(theirs, arguments)),
        ):
            found.append(ratio(f"  {what}", mine, rival, arguments.rounds) <= arguments.limit)
    sys.exit(0 if all(found) else 1)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--batch", type=int, default=16, help="of a training step (default: %(default)s)")
    parser.add_argument("--count", type=int, default=4, help="of samples (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=20, help="of a sampler (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=1.0, help="greatest ratio to diffusers (default: %(default)s)")
    return parser.parse_args()


def their_network() -> UNet2DModel:
    """Make diffusers' U-Net: one residual block at each scale on the way down, attention among the coarsest cells."""
    return UNet2DModel(
        sample_size=32,
        block_out_channels=THEIR_WIDTHS,
        layers_per_block=1,
        norm_num_groups=8,
        down_block_types=("DownBlock2D",) * 4,
        up_block_types=("UpBlock2D",) * 4,
    )


def our_step(model: Family, arguments: argparse.Namespace) -> Run:
    """Return what trains our family for one step."""
    batch = Batch(torch.randint(0, 256, (arguments.batch, *SPACE.full_shape)))
    return training(model, lambda: model.loss(batch).mean())


def their_step(network: nn.Module, arguments: argparse.Namespace) -> Run:
    """Return what trains a network for one step as diffusers' examples do."""
    scheduler = DDIMScheduler()
    pictures = torch.randint(0, 256, (arguments.batch, *SPACE.full_shape))

    def loss() -> Tensor:
        clean = pictures / 127.5 - 1
        noise = torch.randn_like(clean)
        moments = torch.randint(0, 1000, (len(clean),))
        return F.mse_loss(network(scheduler.add_noise(clean, noise, moments), moments, return_dict=False)[0], noise)

    return training(network, loss)


def training(module: nn.Module, loss: Callable[[], Tensor]) -> Run:
    """Return what takes one step down a loss."""
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-4)

    def step() -> None:
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return step


def our_samples(model: Any, arguments: argparse.Namespace) -> Run:
    """Return what draws pictures by our solver."""
    return lambda: model.sample(Streams(0, range(arguments.count)), steps=arguments.steps, solver="ddim")


def their_samples(network: nn.Module, arguments: argparse.Namespace) -> Run:
    """Return what draws pictures by diffusers' scheduler."""
    scheduler = DDIMScheduler()

    @torch.no_grad()
    def draw() -> Tensor:
        scheduler.set_timesteps(arguments.steps)
        x = torch.randn(arguments.count, *SPACE.full_shape)
        for moment in scheduler.timesteps:
            x = scheduler.step(network(x, moment, return_dict=False)[0], moment, x, return_dict=False)[0]
        return ((x.clamp(-1, 1) + 1) * 127.5).round().long()

    return draw


def ratio(name: str, ours: Run, theirs: Run, rounds: int) -> float:
    """Let both take turns, print each side's best and return how they compare."""
    best: Mapping[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(rounds + 1):
        best["ours"].append(timed(ours))
        best["theirs"].append(timed(theirs))
    mine, rival = (min(times[1:]) for times in best.values())  # the first round warms up
    print(
        f"{name}: ours {mine * 1e3:.0f} ms, diffusers {rival * 1e3:.0f} ms of the processor, ratio {mine / rival:.2f}"
    )
    return mine / rival


def millions(module: nn.Module) -> float:
    """Count weights."""
    return sum(parameter.numel() for parameter in module.parameters()) / 1e6


def timed(run: Run) -> float:
    """Return how many seconds of the processor something takes."""
    began = time.process_time()
    run()
    return time.process_time() - began


if __name__ == "__main__":
    main()
