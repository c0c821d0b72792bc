"""Time generation with a cache: a transformer against other libraries' samplers, convolutions against recomputing.

    pip install transformers x-transformers==2.31
    python tools/benchmarks/cached_generation.py

The transformer has 4 layers of width 128 and writes 128 tokens, a batch of 1 and one of 8; a second one is as large as
the shipped chorale-transformer, 2 layers of width 128, and writes a piece of 512. transformers' `generate` and
x-transformers' `generate` hold the same weights and choose the most probable token, as ours does; their tokens must be
ours (x-transformers is left out where it is not installed). The convolutions are WaveNet (20 layers, which see 2049
cells) over one axis and PixelCNN over two; recomputing draws the last cells of the same samples, each by a call over
all that WaveNet can see, or over the whole picture; `--slow-rounds 0` leaves them out. All take turns; the figures are
medians of milliseconds for a token or cell of the batch, and their ratios.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec

import torch
from peers import as_transformers, as_x_transformers

from gdl_core.families.autoregressive import BOUNDARY, Autoregressive
from gdl_core.families.truncation import draw
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Grid, Tokens

SIZES = {
    "transformer": (Tokens(64, 128), {"width": 128, "layers": 4, "heads": 8, "key_value_heads": 2}, 1),
    "chorale-transformer": (Tokens(53, 512, variable=False), {"width": 128, "layers": 2, "heads": 4}, 4),
}
"""What each transformer writes, its options, and by how much fewer its rounds are."""

RECOMPUTED = 20
"""How many cells are drawn anew."""

Sampler = tuple[int, Callable[[], torch.Tensor]]
"""How many tokens or cells a call makes one after another, and the call."""


def main() -> None:
    """Let the samplers take turns and print the ratios."""
    arguments = read_arguments()
    for name, (tokens, options, fewer) in SIZES.items():
        for batch in (1, 8):
            samplers = transformers_side_by_side(tokens, options, batch)
            compare(f"{name}, batch {batch}", samplers, arguments.rounds // fewer)
    if not arguments.slow_rounds:
        return
    wavenet = Design(
        "autoregressive", Grid(1, (arguments.length,), levels=256), "wavenet", network_options={"layers": 20}
    )
    compare("wavenet, batch 1", cached_and_recomputed(wavenet, 1, window=2049), arguments.slow_rounds)
    pixels = Design("autoregressive", Grid(1, (arguments.side,) * 2, levels=16), network_options={"width": 32})
    compare("pixelcnn, batch 16", cached_and_recomputed(pixels, 16), arguments.slow_rounds)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="of the transformers (default: %(default)s)")
    parser.add_argument("--slow-rounds", type=int, default=3, help="of the convolutions (default: %(default)s)")
    parser.add_argument("--length", type=int, default=3000, help="cells for WaveNet (default: %(default)s)")
    parser.add_argument("--side", type=int, default=28, help="of a picture for PixelCNN (default: %(default)s)")
    return parser.parse_args()


def compare(what: str, samplers: dict[str, Sampler], rounds: int) -> None:
    """Check that all give the same, then time them in turns; the first is ours."""
    expected, *others = [sample() for _, sample in samplers.values()]
    for name, found in zip(list(samplers)[1:], others, strict=True):
        if not torch.equal(expected, found):
            raise SystemExit(f"{what}: {name} gives something else")
    seconds: dict[str, list[float]] = {name: [] for name in samplers}
    for _ in range(rounds):
        for name, (steps, sample) in samplers.items():
            start = time.perf_counter()
            sample()
            seconds[name].append((time.perf_counter() - start) / steps)
    ours, *_ = median = {name: statistics.median(values) for name, values in seconds.items()}
    for name, value in median.items():
        print(f"{what:<28}{name:<16}{1e3 * value:>9.2f} ms{value / median[ours]:>8.1f}x", flush=True)


def transformers_side_by_side(tokens: Tokens, options: dict[str, int], batch: int) -> dict[str, Sampler]:
    """Return the samplers of one network, each row beginning with another token."""
    model = build(Design("autoregressive", tokens, "transformer", network_options=options)).eval()
    assert isinstance(model, Autoregressive)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4 if parameter.ndim > 1 else 1)  # far from uniform, so that rounding decides nothing
        model.network.head.weight[BOUNDARY] = 0  # no sequence ends early
    prompt = torch.tensor([[BOUNDARY, 1 + row] for row in range(batch)])
    missing = tokens.max_length - 1
    theirs = as_transformers(model.network)
    theirs.generation_config.eos_token_id = None
    settings = {"attention_mask": torch.ones_like(prompt), "do_sample": False, "max_new_tokens": missing}

    def ours() -> torch.Tensor:
        prefixes = [[row] for row in range(batch)]
        return torch.stack(model.sample(Streams(0, range(batch)), prefixes=prefixes, temperature=0).samples) + 1

    samplers: dict[str, Sampler] = {
        "gdl": (missing, ours),
        "transformers": (missing, lambda: theirs.generate(prompt, **settings)[:, 1:]),
    }
    if find_spec("x_transformers"):
        x_theirs = as_x_transformers(model.network, tokens.max_length + 1)
        samplers["x-transformers"] = (
            missing,
            lambda: torch.cat([prompt, x_theirs.generate(prompt, missing, temperature=0.0)], 1)[:, 1:],
        )
    return samplers


def cached_and_recomputed(design: Design, batch: int, *, window: int | None = None) -> dict[str, Sampler]:
    """Return our sampler and one that calls the network anew for each cell, over `window` cells before it or all."""
    model = build(design).eval()
    order = model.network.order
    whole = torch.stack(model.sample(Streams(0, range(batch))).samples)

    def ours() -> torch.Tensor:
        return torch.stack(model.sample(Streams(0, range(batch))).samples).flatten(1)[:, -RECOMPUTED:]

    @torch.no_grad()
    def recomputed() -> torch.Tensor:
        streams, values = Streams(0, range(batch)), whole.clone()
        values.view(batch, -1)[:, order[-RECOMPUTED:]] = 0
        streams.uniform(len(order) - RECOMPUTED)
        for place in order[-RECOMPUTED:]:
            first, end = (0, None) if window is None else (max(place - window, 0), place + 1)
            seen = model.space.relax(Batch(values[:, :, first:end]))
            outputs = model.network(seen).flatten(1, -2)[:, place - first]
            values.view(batch, -1)[:, place] = draw(model.law.logits(outputs), streams.uniform(1).squeeze(1))
        return values.flatten(1)[:, -RECOMPUTED:]

    return {"cached": (len(order), ours), "recomputed": (RECOMPUTED, recomputed)}


if __name__ == "__main__":
    main()
