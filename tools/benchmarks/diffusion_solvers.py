"""Time a step of our solvers against those of diffusers, with a network that does next to nothing.

    pip install diffusers==0.42.1
    python tools/benchmarks/diffusion_solvers.py

DDPM, DDIM and DPM-Solver++(2M) start from the same noise, pass the same levels and, where they draw, draw the same
numbers; the network predicts the noise, so that both sides turn its answer into a guess of the data. The ends must be
the same up to 1e-4. Both take turns, so that a busy machine slows both. The script prints the time of a step, each
side's best, and the ratio; it ends with 1 above `--limit`.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence

import torch
from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler
from torch import Tensor

from gdl_core.families.diffusion.interpolants import Moment
from gdl_core.families.diffusion.parameterisations import predict_noise
from gdl_core.families.diffusion.solvers import Parts, Solver, ancestral, ddim, dpm_solver

SHAPE = (4, 3, 32, 32)
PAIRS: dict[str, tuple[Solver, type, dict[str, object]]] = {
    "DDPM": (ancestral, DDPMScheduler, {"clip_sample": False}),
    "DDIM": (ddim, DDIMScheduler, {"clip_sample": False}),
    "DPM-Solver++(2M)": (dpm_solver, DPMSolverMultistepScheduler, {}),
}


def main() -> None:
    """Let both sides take turns with each solver, and say whether the limit is kept."""
    arguments = read_arguments()
    torch.set_num_threads(1)
    ratios = []
    for name, (solver, scheduler, options) in PAIRS.items():
        peer = scheduler(**options)
        peer.set_timesteps(arguments.steps)
        path = moments_of(peer)
        mine, theirs = [], []
        for _ in range(arguments.rounds):
            our_end, seconds = timed(lambda solver=solver, path=path: our_run(solver, path))
            mine.append(seconds / arguments.steps)
            peer.set_timesteps(arguments.steps)  # forgets the last run; not timed
            their_end, seconds = timed(lambda peer=peer: their_run(peer))
            theirs.append(seconds / arguments.steps)
            torch.testing.assert_close(our_end, their_end, rtol=1e-4, atol=1e-4)
        ratios.append(min(mine) / min(theirs))
        times = f"ours {min(mine) * 1e6:.0f} µs, diffusers {min(theirs) * 1e6:.0f} µs a step"
        print(f"{name}: {times}, ratio {ratios[-1]:.2f}; the same end")
    sys.exit(0 if max(ratios) <= arguments.limit else 1)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=50, help="of a run (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=40, help="default: %(default)s")
    parser.add_argument("--limit", type=float, default=1.0, help="greatest ratio (default: %(default)s)")
    return parser.parse_args()


def moments_of(peer: DDPMScheduler | DDIMScheduler | DPMSolverMultistepScheduler) -> list[Moment[float]]:
    """Return the levels that a scheduler passes, and the data behind them."""
    kept = peer.alphas_cumprod.double()[torch.as_tensor(peer.timesteps)].tolist()
    path = [Moment(float(step), share**0.5, (1 - share) ** 0.5, 0.0, 0.0) for step, share in enumerate(kept)]
    return [*path, Moment(float(len(path)), 1.0, 0.0, 0.0, 0.0)]


def network(x: Tensor) -> Tensor:
    """Guess the noise."""
    return 0.3 * x


def start() -> tuple[Tensor, torch.Generator]:
    """Return the noise that a run begins with, and where further noise comes from."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(SHAPE, generator=generator), generator


def our_run(solver: Solver, path: Sequence[Moment[float]]) -> Tensor:
    """Go from noise to data by one of our solvers."""
    x, generator = start()

    def denoise(parts: Parts, moment: Moment[float]) -> Parts:
        scales = predict_noise(moment, 1.0)
        return tuple(torch.add(scales.skip * part, network(part), alpha=scales.output) for part in parts)

    return solver(denoise, (x,), path, lambda: (torch.randn(SHAPE, generator=generator),))[0]


def their_run(peer: DDPMScheduler | DDIMScheduler | DPMSolverMultistepScheduler) -> Tensor:
    """Go from noise to data by a scheduler of diffusers."""
    x, generator = start()
    for step in peer.timesteps:
        random = {"generator": generator} if isinstance(peer, DDPMScheduler) else {}
        x = peer.step(network(x), step, x, return_dict=False, **random)[0]
    return x


def timed(run: Callable[[], Tensor]) -> tuple[Tensor, float]:
    """Return what a run gives and how many seconds it takes."""
    begin = time.perf_counter()
    with torch.no_grad():
        end = run()
    return end, time.perf_counter() - begin


if __name__ == "__main__":
    main()
