"""Time a training step and sampling of coupling flows against zuko and normflows, with equal networks.

    pip install zuko normflows
    python tools/benchmarks/flow_speed.py

All three have the same number of couplings, each with a perceptron of the same widths over half of the dimensions,
and take turns. A step is the loss of 512 points, its gradient and Adam; sampling draws 1000 points. The script prints
the least time of each and the ratio to the faster peer; it ends with 1 where a ratio is above `--limit`.
"""

import argparse
import sys
import time
from collections.abc import Callable

import normflows
import torch
import zuko
from torch import Tensor, nn

from gdl_core.families import Family
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Vector

COUPLINGS, WIDTH, BINS, BOUND, POINTS, DRAWN = 6, 64, 8, 5.0, 512, 1000
Flow = tuple[nn.Module, Callable[[Tensor], Tensor], Callable[[], object]]
"""A model, its loss of points, and what draws points."""


def main() -> None:
    """Time every pair of a flow and a number of dimensions."""
    arguments = read_arguments()
    torch.set_num_threads(1)
    worst = 0.0
    for variant, ours, *theirs in (
        ("spline", our_flow, zuko_spline, their_spline),
        ("realnvp", our_flow, zuko_affine, their_affine),
    ):
        for size in (2, 64):
            flows = {"gdl": ours(variant, size), "zuko": theirs[0](size), "normflows": theirs[1](size)}
            check_sizes(flows)
            tasks = {"training step": steppers(flows, size)}
            if (variant, size) == ("spline", 64):
                tasks["sampling"] = {name: draw for name, (_, _, draw) in flows.items()}
            for task, actions in tasks.items():
                seconds = least(actions, arguments.rounds, arguments.repeats)
                ratio = seconds["gdl"] / min(seconds["zuko"], seconds["normflows"])
                worst = max(worst, ratio)
                shown = ", ".join(f"{name} {1e3 * one:.2f} ms" for name, one in seconds.items())
                print(f"{variant} {size}-D {task}: {shown}; to the faster peer {ratio:.2f}", flush=True)
    sys.exit(0 if worst <= arguments.limit else 1)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--repeats", type=int, default=5, help="in each round (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=1.0, help="greatest ratio (default: %(default)s)")
    return parser.parse_args()


def our_flow(variant: str, size: int) -> Flow:
    """Build ours as a user would."""
    options = {"steps": COUPLINGS} | ({"bins": BINS, "bound": BOUND} if variant == "spline" else {})
    design = Design(
        "flow", Vector(size), variant=variant, family_options=options, network_options={"width": WIDTH, "layers": 2}
    )
    model: Family = build(design)
    return model, lambda x: model.loss(Batch(x)).mean(), lambda: model.sample(Streams(0, range(DRAWN)))


def of_zuko(flow: nn.Module) -> Flow:
    """Wrap a flow of zuko."""

    def draw() -> Tensor:
        with torch.no_grad():
            return flow().sample((DRAWN,))

    return flow, lambda x: -flow().log_prob(x).mean(), draw


def zuko_spline(size: int) -> Flow:
    """Build zuko's coupling form of a spline flow."""
    shapes = [(BINS,), (BINS,), (BINS - 1,)]
    spline = zuko.transforms.MonotonicRQSTransform
    options = {"univariate": spline, "shapes": shapes, "hidden_features": (WIDTH, WIDTH)}
    return of_zuko(zuko.flows.NICE(size, transforms=COUPLINGS, randmask=False, **options))


def zuko_affine(size: int) -> Flow:
    """Build zuko's RealNVP."""
    return of_zuko(zuko.flows.NICE(size, transforms=COUPLINGS, hidden_features=(WIDTH, WIDTH)))


class Plain(nn.Module):
    """The perceptron of the other two, with the arguments that normflows passes."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        layers = [nn.Linear(inputs, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, outputs)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        return self.layers(x)


def of_normflows(size: int, steps: list[nn.Module]) -> Flow:
    """Wrap a flow of normflows."""
    flow = normflows.NormalizingFlow(normflows.distributions.DiagGaussian(size, trainable=False), steps)

    def draw() -> Tensor:
        with torch.no_grad():
            return flow.sample(DRAWN)[0]

    return flow, flow.forward_kld, draw


def their_spline(size: int) -> Flow:
    """Build the spline flow of normflows, its residual networks replaced by plain ones."""
    steps = []
    for step in range(COUPLINGS):
        coupling = normflows.flows.CoupledRationalQuadraticSpline(
            size, 1, WIDTH, num_bins=BINS, tail_bound=BOUND, reverse_mask=bool(step % 2)
        )
        inner = coupling.prqct
        inner.transform_net = Plain(size // 2, inner.num_transform_features * inner._transform_dim_multiplier())
        inner.unconditional_transform = None
        steps.append(coupling)
    return of_normflows(size, steps)


def their_affine(size: int) -> Flow:
    """Build the RealNVP of normflows."""
    steps: list[nn.Module] = []
    for _ in range(COUPLINGS):
        network = normflows.nets.MLP([size // 2, WIDTH, WIDTH, size])
        steps += [normflows.flows.AffineCouplingBlock(network), normflows.flows.Permute(size, mode="swap")]
    return of_normflows(size, steps)


def check_sizes(flows: dict[str, Flow]) -> None:
    """Refuse networks that are not equal: but for a shift and a scale, ours have the parameters of the peers."""
    counts = {name: sum(parameter.numel() for parameter in model.parameters()) for name, (model, _, _) in flows.items()}
    assert max(counts.values()) <= 1.01 * min(counts.values()), counts


def steppers(flows: dict[str, Flow], size: int) -> dict[str, Callable[[], object]]:
    """Make what takes one training step of each flow."""
    x = torch.randn(POINTS, size, generator=torch.Generator().manual_seed(0))

    def stepper(model: nn.Module, loss: Callable[[Tensor], Tensor]) -> Callable[[], object]:
        optimizer = torch.optim.Adam(model.parameters(), 1e-3)

        def step() -> None:
            optimizer.zero_grad()
            loss(x).backward()
            optimizer.step()

        return step

    return {name: stepper(model.train(), loss) for name, (model, loss, _) in flows.items()}


def least(actions: dict[str, Callable[[], object]], rounds: int, repeats: int) -> dict[str, float]:
    """Let the actions take turns; return the least processor time of each."""
    found = dict.fromkeys(actions, float("inf"))
    for _ in range(rounds):
        for name, action in actions.items():
            begin = time.process_time()
            for _ in range(repeats):
                action()
            found[name] = min(found[name], (time.process_time() - begin) / repeats)
    return found


if __name__ == "__main__":
    main()
