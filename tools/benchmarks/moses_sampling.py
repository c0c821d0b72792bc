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
    rival = as_transformers(pipeline)
    check_equal(pipeline, rival)
    rival = rival.to(dtype)
    length = pipeline.design.space.max_length

    def sample(count: int) -> int:
        start = torch.zeros(512, 1, dtype=torch.int64)
        options = {"max_new_tokens": length, "do_sample": True, "top_k": 0, "pad_token_id": 0, "eos_token_id": 0}
        mask = torch.ones_like(start)
        return sum(len(rival.generate(start, attention_mask=mask, **options)) for _ in range(count // 512))

    return sample


def as_transformers(pipeline: Pipeline) -> torch.nn.Module:
    """Copy the network into transformers' Qwen3, which has the same parts: norms, rotary positions, gates, groups."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    network = pipeline.model.network
    block = network.blocks[0]
    heads, shared, size = block.attention.heads, block.attention.key_value_heads, block.attention.size
    config = Qwen3Config(
        vocab_size=network.head.out_features,
        hidden_size=network.head.in_features,
        intermediate_size=block.layer.out.in_features,
        num_hidden_layers=len(network.blocks),
        num_attention_heads=heads,
        num_key_value_heads=shared,
        head_dim=size,
        rms_norm_eps=torch.finfo(torch.float32).eps,  # what torch's RMSNorm adds
        tie_word_embeddings=False,
        max_position_embeddings=128,
        rope_parameters={"rope_type": "default", "rope_theta": 10_000.0},
        **dict.fromkeys(("bos_token_id", "eos_token_id", "pad_token_id"), BOUNDARY),
    )
    rival = Qwen3ForCausalLM(config).eval()
    state = {"lm_head.weight": network.head.weight, "model.norm.weight": network.norm.weight}
    state["model.embed_tokens.weight"] = network.embedding.weight
    for number, block in enumerate(network.blocks):
        rows = block.attention.project.weight.split([heads * size, shared * size, shared * size])
        gate, up = block.layer.expand.weight.chunk(2)
        parts = {
            **{f"self_attn.{name}_proj.weight": row for name, row in zip("qkv", rows, strict=True)},
            "self_attn.o_proj.weight": block.attention.out.weight,
            "self_attn.q_norm.weight": block.attention.query_norm.weight,
            "self_attn.k_norm.weight": block.attention.key_norm.weight,
            "mlp.gate_proj.weight": gate,
            "mlp.up_proj.weight": up,
            "mlp.down_proj.weight": block.layer.out.weight,
            "input_layernorm.weight": block.attention_norm.weight,
            "post_attention_layernorm.weight": block.layer_norm.weight,
        }
        state |= {f"model.layers.{number}.{name}": tensor for name, tensor in parts.items()}
    rival.load_state_dict(state)
    return rival


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
