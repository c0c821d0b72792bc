"""Fit PixelCNN to scikit-learn's digits and measure bits per dimension; the split is that of `flow_density.py`.

    pip install scikit-learn
    python tools/benchmarks/autoregressive_density.py

The weights that do best on a part of the training split set aside for the choice are measured on a validation split
that no training saw. The likelihood is exact. The script ends with 1 where the figure is above the bar, which is
that of a flow.
"""

import argparse
import math
import sys

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

from gdl_core.families import Family
from gdl_core.pairing import Design, build
from gdl_core.spaces import Batch, Grid

BAR = 2.0


def main() -> None:
    """Train, measure, and say whether the bar is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=600, help="of 64 digits (default: %(default)s)")
    parser.add_argument("--network", default="pixelcnn", choices=["pixelcnn", "pixelrnn"])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found = digits(arguments.network, arguments.steps)
    print(f"digits, {arguments.network}, bits per dimension: {found:.3f}; bar {BAR}")
    sys.exit(0 if found <= BAR else 1)


def digits(network: str, steps: int) -> float:
    """Return the bits per dimension of the validation split."""
    images = torch.tensor(load_digits().images).long()[:, None]
    images = images[torch.randperm(len(images), generator=torch.Generator().manual_seed(0))]
    validation, choosing, training = images[:360], images[360:540], images[540:]
    options = {"width": 48, "layers": 5, "dropout": 0.4}
    model = build(Design("autoregressive", Grid(1, (8, 8), levels=17), network, network_options=options))
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.98))
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.99), weight_decay=1e-2)
    falling = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=steps, pct_start=0.1)
    numbers, best, kept = torch.Generator().manual_seed(0), math.inf, math.inf
    torch.manual_seed(0)  # noqa: TID251 - a script of its own
    for step in range(1, steps + 1):
        batch = training[torch.randint(len(training), (64,), generator=numbers)]
        optimizer.zero_grad()
        model.train().loss(Batch(batch)).mean().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 50.0)
        optimizer.step()
        falling.step()
        average.update_parameters(model)
        if step % 50 == 0 and (now := bits(average.module, choosing)) < best:
            best, kept = now, bits(average.module, validation)
            print(f"step {step}: {best:.3f} on the choosing part", flush=True)
    return kept


@torch.no_grad()
def bits(model: Family, images: Tensor) -> float:
    """Return the bits of each pixel."""
    return float(model.eval().loss(Batch(images)).mean()) / images[0].numel() / math.log(2)


if __name__ == "__main__":
    main()
