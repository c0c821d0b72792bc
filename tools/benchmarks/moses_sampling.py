"""Time the sampling of `moses` against the sampler of MOSES's CharRNN and against transformers' `generate`.

    pip install --no-deps molsets==0.3.1
    pip install pandas tqdm matplotlib transformers
    python tools/benchmarks/moses_sampling.py

CharRNN is MOSES's own code at its own size (three LSTM layers of 768, 11.9 million parameters) with untrained
weights and batches of 512; an untrained one rarely ends early, but its sampler runs all of its steps in any case.
`generate` holds the weights of `moses` itself, as a Qwen3 model: the same arithmetic, so that its greedy tokens must
be ours, which is checked first. All take turns; the figures are ratios of molecules per second, of the medians.
"""

import argparse
import statistics
import sys
import time
import types
from collections.abc import Callable

import torch
from peers import as_transformers

import gdl_molecules as gdl
from gdl_core.families.autoregressive import BOUNDARY
from gdl_core.pipeline import Pipeline
from gdl_core.randomness import Streams


def main() -> None:
    """Let the samplers take turns and print the ratios."""
    arguments = read_arguments()
    pipeline = gdl.load(arguments.model)
    samplers: dict[str, tuple[int, Callable[[int], int]]] = {
        "gdl, 30,000 valid and unique": (arguments.count, lambda count: len(pipeline.sample(count, seed=turn))),
        "gdl, raw draws": (arguments.count, lambda count: len(pipeline.sample(count, seed=turn, raw=True))),
        "MOSES CharRNN": (arguments.rival_count, char_rnn()),
    }
    if not arguments.without_transformers:
        samplers["transformers generate, float32"] = (arguments.rival_count, generate(pipeline, torch.float32))
        samplers["transformers generate, bfloat16"] = (arguments.rival_count, generate(pipeline, torch.bfloat16))
    speeds: dict[str, list[float]] = {name: [] for name in samplers}
    for turn in range(arguments.rounds):
        for name, (count, sampler) in samplers.items():
            start = time.perf_counter()
            drawn = sampler(count)
            speeds[name].append(drawn / (time.perf_counter() - start))
            print(f"round {turn + 1}: {name}: {speeds[name][-1]:.0f} molecules/s", flush=True)
    ours, *_ = median = {name: statistics.median(values) for name, values in speeds.items()}
    for name, speed in median.items():
        print(f"{name:<36}{speed:>8.0f} molecules/s{median[ours] / speed:>8.1f}x")


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="moses")
    parser.add_argument("--count", type=int, default=30_000, help="molecules of ours in a round (default: %(default)s)")
    parser.add_argument("--rival-count", type=int, default=1024, help="of a rival (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--without-transformers", action="store_true")
    return parser.parse_args()


def char_rnn() -> Callable[[int], int]:
    """Return the sampler of MOSES's CharRNN, in batches of 512 as its own script draws."""
    for name in ("get_all_metrics", "get_dataset"):  # their modules import what is long gone from pandas and scipy
        module = types.ModuleType(f"moses.{name[4:].removeprefix('all_')}")
        setattr(module, name, None)
        sys.modules[module.__name__] = module
    from moses.char_rnn.config import get_parser
    from moses.char_rnn.model import CharRNN
    from moses.utils import CharVocab

    config = get_parser().parse_args([])
    vocabulary = CharVocab.from_data(["#()-123456=BCFHNOSclnors[]"])
    torch.manual_seed(0)  # noqa: TID251 - a rival that knows no other way
    model = CharRNN(vocabulary, config).eval()
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(f"CharRNN: {parameters / 1e6:.1f} million parameters")
    return lambda count: sum(len(model.sample(512, max_length=100)) for _ in range(count // 512))


def generate(pipeline: Pipeline, dtype: torch.dtype) -> Callable[[int], int]:
    """Return transformers' sampler over the same weights, after a look at whether it computes the same."""
    rival = as_transformers(pipeline.model.network)
    check_equal(pipeline, rival)
    rival = rival.to(dtype)
    length = pipeline.design.space.max_length

    def sample(count: int) -> int:
        start = torch.zeros(512, 1, dtype=torch.int64)
        options = {"max_new_tokens": length, "do_sample": True, "top_k": 0, "pad_token_id": 0, "eos_token_id": 0}
        mask = torch.ones_like(start)
        return sum(len(rival.generate(start, attention_mask=mask, **options)) for _ in range(count // 512))

    return sample


@torch.no_grad()
def check_equal(pipeline: Pipeline, rival: torch.nn.Module) -> None:
    """Stop unless both give the same logits."""
    draws = pipeline.model.sample(Streams(0, range(8)))
    symbols = torch.nn.utils.rnn.pad_sequence([s + 1 for s in draws.samples], batch_first=True, padding_value=BOUNDARY)
    symbols = torch.nn.functional.pad(symbols, (1, 0), value=BOUNDARY)
    ours, theirs = pipeline.model.network(symbols, {}), rival(symbols).logits
    torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)


if __name__ == "__main__":
    main()
