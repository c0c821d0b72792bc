"""Networks under the names that other libraries have for their parts."""

from typing import Any

import torch
from torch import Tensor, nn

from gdl_core.errors import UsageError
from gdl_core.networks.transformer import Transformer


def as_qwen3(network: nn.Module) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return the configuration and the weights of Qwen3's architecture (arXiv:2505.09388), which `Transformer` has too.

    Symbol 0, the boundary, begins and ends a text.

    Raises:
        UsageError: It is another network, or one that is told conditions.

    Example:
        >>> from gdl_core.spaces import Tokens
        >>> config, weights = as_qwen3(Transformer(Tokens(30, 60), width=32, layers=1, heads=4))
        >>> config["vocab_size"], weights["model.layers.0.self_attn.q_proj.weight"].shape
        (31, torch.Size([32, 32]))
    """
    if not isinstance(network, Transformer):
        raise UsageError(f"a {type(network).__name__} has no counterpart elsewhere; a decoder-only transformer has")
    if network.reader is not None or len(network.conditioner.parts) or network.conditioner.code is not None:
        raise UsageError("a model that is told conditions has no counterpart elsewhere; train one without")
    state = network.state_dict()
    weights = {
        "model.embed_tokens.weight": state["embedding.weight"],
        "model.norm.weight": state["norm.weight"],
        "lm_head.weight": state["head.weight"],
    }
    for place in range(len(network.blocks)):
        weights |= _block(place, {name: state[f"blocks.{place}.{name}"] for name in _NAMES}, network)
    return _config(network), {name: tensor.detach().clone() for name, tensor in weights.items()}


_NAMES = (
    "attention_norm.weight",
    "attention.project.weight",
    "attention.query_norm.weight",
    "attention.key_norm.weight",
    "attention.out.weight",
    "layer_norm.weight",
    "layer.expand.weight",
    "layer.out.weight",
)


def _block(place: int, state: dict[str, Tensor], network: Transformer) -> dict[str, Tensor]:
    attention: Any = network.blocks[place].attention
    queries, keys = attention.heads * attention.size, attention.key_value_heads * attention.size
    q, k, v = state["attention.project.weight"].split([queries, keys, keys])
    gate, up = state["layer.expand.weight"].chunk(2)
    named = {
        "input_layernorm": state["attention_norm.weight"],
        "self_attn.q_proj": q,
        "self_attn.k_proj": k,
        "self_attn.v_proj": v,
        "self_attn.q_norm": state["attention.query_norm.weight"],
        "self_attn.k_norm": state["attention.key_norm.weight"],
        "self_attn.o_proj": state["attention.out.weight"],
        "post_attention_layernorm": state["layer_norm.weight"],
        "mlp.gate_proj": gate,
        "mlp.up_proj": up,
        "mlp.down_proj": state["layer.out.weight"],
    }
    return {f"model.layers.{place}.{name}.weight": tensor for name, tensor in named.items()}


def _config(network: Transformer) -> dict[str, Any]:
    first: Any = network.blocks[0]
    attention, symbols = first.attention, network.embedding.num_embeddings
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "vocab_size": symbols,
        "hidden_size": network.embedding.embedding_dim,
        "intermediate_size": first.layer.out.in_features,
        "num_hidden_layers": len(network.blocks),
        "num_attention_heads": attention.heads,
        "num_key_value_heads": attention.key_value_heads,
        "head_dim": attention.size,
        "max_position_embeddings": len(attention.rotary.cosine),
        "rms_norm_eps": torch.finfo(torch.float32).eps,
        "rope_theta": 10_000.0,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10_000.0},
        "hidden_act": "silu",
        "attention_bias": False,
        "attention_dropout": 0.0,
        "tie_word_embeddings": False,
        "use_sliding_window": False,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "dtype": "float32",
        "torch_dtype": "float32",
    }
