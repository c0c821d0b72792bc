"""Time gdl-text beside what people use: training, generation with a cache, and byte pairs.

    pip install transformers tiktoken
    python tools/benchmarks/text_speed.py [--only training generation pairs]

The network has 6 layers of width 384 and 6 heads, and a context of 256. Training: our loop against a plain loop over
nanoGPT's network (learned positions, layer norms, GELU, tied embeddings), written out below, with as many tokens in a
step, in float32 and in bfloat16. Generation: ours against transformers' `generate` with the same weights, through our
export; both choose the most probable token, and must choose the same. Byte pairs: ours against tiktoken with the same
merges; the numbers must be the same. All take turns; the ratios of medians are what to read.
"""

import argparse
import json
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.data import Dataset
from gdl_core.families.autoregressive import BOUNDARY
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_core.randomness import Streams
from gdl_core.spaces import Tokens
from gdl_core.training import TrainingOptions, train
from gdl_text.domain import DOMAIN
from gdl_text.export import export
from gdl_text.representations import BytePairs, Bytes

WIDTH, LAYERS, HEADS, CONTEXT, BATCH = 384, 6, 6, 256, 12

Sides = dict[str, Callable[[], float]]
"""What each side does, and how much of it in a second."""


def main() -> None:
    """Take the parts that are asked for."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    parts = {"training": training, "generation": generation, "pairs": pairs}
    for name in arguments.only or parts:
        parts[name](arguments)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=["training", "generation", "pairs"])
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--steps", type=int, default=8, help="of training in a round (default: %(default)s)")
    parser.add_argument("--tokens", type=int, default=CONTEXT - 1, help="to generate (default: %(default)s)")
    parser.add_argument("--text", type=Path, help="a text to learn from and to number (default: that of our own code)")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="default: %(default)s")
    return parser.parse_args()


def compare(what: str, unit: str, sides: Sides, rounds: int) -> None:
    """Let the sides take turns, and print how much each does in a second; the first is ours."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            found[name].append(side())
    ours, *_ = median = {name: statistics.median(values) for name, values in found.items()}
    for name, value in median.items():
        print(f"{what:<32}{name:<16}{value:>10.2f} {unit}   ours is {median[ours] / value:.2f} times that", flush=True)


def training(arguments: argparse.Namespace) -> None:
    """Time our training loop against a plain one, on windows of bytes."""
    data = text_of(arguments).encode()
    windows = [torch.tensor(list(data[start : start + CONTEXT])) for start in range(0, 400 * CONTEXT, CONTEXT)]
    dataset = Dataset.from_samples(Tokens(256, CONTEXT), windows)
    for precision in ("float32", "bfloat16"):
        sides: Sides = {
            "gdl": lambda precision=precision: our_training(dataset, arguments.steps, precision),
            "plain loop": lambda precision=precision: plain_training(windows, arguments.steps, precision),
        }
        compare(f"training, {precision}", "tokens/s", sides, arguments.rounds)


def our_training(dataset: Dataset, steps: int, precision: str) -> float:
    """Return the tokens that our loop learns in a second, between its first report and its last."""
    options = TrainingOptions(steps=steps + 1, batch_size=BATCH, validation_share=0, precision=precision, device="cpu")
    times: list[tuple[int, float]] = []

    def progress(event: dict[str, Any]) -> None:
        if event["event"] == "step":
            times.append((event["step"], event["elapsed"]))

    with tempfile.TemporaryDirectory() as folder:
        train(
            build(design(dataset.space)), dataset, Path(folder) / "run", options=options, design=design(dataset.space),
            domain="none", representation={"name": "none", "config": {}}, progress=progress,
        )  # fmt: skip
    (first, began), (last, ended) = times[0], times[-1]
    return (last - first) * BATCH * CONTEXT / (ended - began)


def plain_training(windows: list[Tensor], steps: int, precision: str) -> float:
    """Return the tokens that a plain loop learns in a second, its first step left out."""
    model = PlainGPT(256).train()
    adam = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)
    random, began = np.random.default_rng(0), 0.0
    for step in range(steps + 1):
        began = time.perf_counter() if step == 1 else began
        batch = torch.stack([windows[row] for row in random.integers(len(windows), size=BATCH)])
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            logits = model(batch[:, :-1])
            loss = F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        adam.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
    return steps * BATCH * CONTEXT / (time.perf_counter() - began)


class PlainGPT(nn.Module):
    """GPT-2's network as a plain page of PyTorch: what nanoGPT trains."""

    def __init__(self, symbols: int) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(symbols, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(PlainBlock() for _ in range(LAYERS)))
        self.norm, self.head = nn.LayerNorm(WIDTH, bias=False), nn.Linear(WIDTH, symbols, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, symbols: Tensor) -> Tensor:
        x = self.tokens(symbols) + self.places(torch.arange(symbols.shape[1]))
        return self.head(self.norm(self.blocks(x)))


class PlainBlock(nn.Module):
    """Attention and a perceptron, each behind a norm."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(WIDTH, bias=False), nn.LayerNorm(WIDTH, bias=False)
        self.project, self.out = nn.Linear(WIDTH, 3 * WIDTH, bias=False), nn.Linear(WIDTH, WIDTH, bias=False)
        self.layer = nn.Sequential(
            nn.Linear(WIDTH, 4 * WIDTH, bias=False), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in self.project(self.first(x)).chunk(3, -1))
        x = x + self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))
        return x + self.layer(self.second(x))


def generation(arguments: argparse.Namespace) -> None:
    """Time our sampler against transformers' with the same weights, which our export writes."""
    from transformers import AutoModelForCausalLM

    representation = Bytes(max_length=CONTEXT)
    chosen = design(representation.space)
    model = build(chosen).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3 if parameter.ndim > 1 else 1)  # far from uniform, so that rounding decides nothing
        model.network.head.weight[BOUNDARY] = 0  # no text ends early
    with tempfile.TemporaryDirectory() as folder:
        export(Pipeline(DOMAIN, representation, model, chosen), Path(folder) / "out")
        theirs = AutoModelForCausalLM.from_pretrained(Path(folder) / "out", dtype=torch.float32).eval()
    theirs.generation_config.eos_token_id = None
    for batch in (1, 32):
        compare(
            f"generation, batch {batch}", "tokens/s", samplers(model, theirs, batch, arguments.tokens), arguments.rounds
        )


def samplers(model: Any, theirs: Any, batch: int, count: int) -> Sides:
    """Return both samplers, each row beginning with another token; they must give the same."""
    prompt = torch.tensor([[BOUNDARY, 1 + row] for row in range(batch)])
    mask, said = torch.ones_like(prompt), {"do_sample": False, "max_new_tokens": count, "pad_token_id": BOUNDARY}

    def ours() -> Tensor:
        prefixes = [[row] for row in range(batch)]
        drawn = model.sample(Streams(0, range(batch)), prefixes=prefixes, temperature=0, max_length=count + 1)
        return torch.stack(drawn.samples) + 1

    def others() -> Tensor:
        return theirs.generate(prompt, attention_mask=mask, **said)[:, 1:]

    if not torch.equal(ours(), others()):
        raise SystemExit(f"batch {batch}: transformers gives something else")
    return {"gdl": lambda: batch * count / taken(ours), "transformers": lambda: batch * count / taken(others)}


def pairs(arguments: argparse.Namespace) -> None:
    """Time our byte pairs against tiktoken's with the same merges."""
    import tiktoken

    text = text_of(arguments)
    ours = BytePairs(vocabulary=2048).fit([text])
    ranks = {piece: place for place, piece in enumerate(in_order_of_merging(ours))}
    number = {rank: ours._numbers[piece] for piece, rank in ranks.items()}
    split = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
    theirs = tiktoken.Encoding("same", pat_str=split, mergeable_ranks=ranks, special_tokens={})
    if ours.number(text).tolist() != [number[rank] for rank in theirs.encode_ordinary(text)]:
        raise SystemExit("tiktoken gives other numbers")
    size = len(text.encode()) / 1e6
    print(f"byte pairs: the same numbers for {size:.2f} MB")
    sides: Sides = {
        "gdl": lambda: size / taken(lambda: ours.number(text)),
        "tokenizers": lambda: size / taken(lambda: ours.tokenizer.encode(text, add_special_tokens=False).ids),
        "tiktoken": lambda: size / taken(lambda: theirs.encode_ordinary(text)),
    }
    compare("encoding", "MB/s", sides, arguments.rounds)


def in_order_of_merging(pairs: BytePairs) -> Iterator[bytes]:
    """Yield the bytes, then the pieces in the order in which they were learned."""
    from gdl_text.representations.bpe import LETTERS

    yield from (bytes([byte]) for byte in range(256))
    for left, right in json.loads(pairs.tokenizer_json())["model"]["merges"]:
        yield bytes(LETTERS[letter] for letter in left + right)


def design(space: Any) -> Design:
    """Return the design of our network of this size."""
    options = {"width": WIDTH, "layers": LAYERS, "heads": HEADS}
    return Design("autoregressive", space, "transformer", network_options=options)


def text_of(arguments: argparse.Namespace) -> str:
    """Return the text that was named, or that of the project's code."""
    if arguments.text:
        return arguments.text.read_text(encoding="utf-8")
    files = sorted((Path(__file__).parents[2]).glob("*/**/src/**/*.py"))
    return re.sub(r"\r", "", "".join(file.read_text(encoding="utf-8") for file in files))


def taken(call: Callable[[], Any]) -> float:
    """Return the seconds of a call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
