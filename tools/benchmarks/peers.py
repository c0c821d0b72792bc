"""Our transformer's weights in other libraries' models that have the same parts, so that only the samplers differ."""

import torch
from torch import nn

from gdl_core.families.autoregressive import BOUNDARY
from gdl_core.networks.attention import Block
from gdl_core.networks.transformer import Transformer


def as_transformers(network: Transformer) -> nn.Module:
    """Copy a network into transformers' Qwen3, which has the same parts: norms, rotary positions, gates, groups."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

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
        max_position_embeddings=1024,
        rope_parameters={"rope_type": "default", "rope_theta": 10_000.0},
        **dict.fromkeys(("bos_token_id", "eos_token_id", "pad_token_id"), BOUNDARY),
    )
    peer = Qwen3ForCausalLM(config).eval()
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
    peer.load_state_dict(state)
    return peer


def as_x_transformers(network: Transformer, length: int) -> nn.Module:
    """Copy a network into x-transformers."""
    from x_transformers import AutoregressiveWrapper, Decoder, TransformerWrapper

    block = network.blocks[0]
    body = Decoder(
        dim=network.head.in_features,
        depth=len(network.blocks),
        heads=block.attention.heads,
        attn_dim_head=block.attention.size,
        attn_kv_heads=block.attention.key_value_heads,
        attn_qk_rmsnorm=True,
        attn_flash=True,
        rotary_pos_emb=True,
        rotary_emb_dim=block.attention.size,
        use_rmsnorm=True,
        ff_glu=True,
        ff_swish=True,
        ff_no_bias=True,
        ff_mult=block.layer.out.in_features / network.head.in_features,
    )
    symbols = network.head.out_features
    peer = TransformerWrapper(num_tokens=symbols, max_seq_len=length, use_abs_pos_emb=False, attn_layers=body).eval()
    state = {"token_emb.emb.weight": network.embedding.weight, "to_logits.weight": network.head.weight}
    state["attn_layers.final_norm.g"] = network.norm.weight - 1  # their norms add one
    for number, block in enumerate(network.blocks):
        for place, parts in enumerate((attention_weights(block), layer_weights(block))):
            state |= {f"attn_layers.layers.{2 * number + place}.{name}": tensor for name, tensor in parts.items()}
    missing = peer.load_state_dict(state, strict=False)
    assert not missing.unexpected_keys and all("inv_freq" in name for name in missing.missing_keys), missing
    return AutoregressiveWrapper(peer)


def attention_weights(block: Block) -> dict[str, torch.Tensor]:
    """Return the weights of attention in their order: rotated pairs are neighbours, shared keys take turns."""
    attention = block.attention
    heads, shared, size = attention.heads, attention.key_value_heads, attention.size
    turned = torch.arange(size).reshape(2, -1).T.flatten()
    mixed = torch.arange(heads).reshape(shared, -1).T.flatten()
    q, k, v = attention.project.weight.unflatten(0, (-1, size)).split([heads, shared, shared])
    return {
        "0.0.g": block.attention_norm.weight - 1,
        "1.to_q.weight": q[mixed][:, turned].flatten(0, 1),
        "1.to_k.weight": k[:, turned].flatten(0, 1),
        "1.to_v.weight": v.flatten(0, 1),
        "1.q_rmsnorm.gamma": attention.query_norm.weight[turned].expand(heads, 1, -1) - 1,
        "1.k_rmsnorm.gamma": attention.key_norm.weight[turned].expand(shared, 1, -1) - 1,
        "1.to_out.weight": attention.out.weight.unflatten(1, (heads, size))[:, mixed].flatten(1),
    }


def layer_weights(block: Block) -> dict[str, torch.Tensor]:
    """Return the weights of a gated layer in x-transformers' order."""
    gate, value = block.layer.expand.weight.chunk(2)
    return {
        "0.0.g": block.layer_norm.weight - 1,
        "1.ff.0.proj.weight": torch.cat([value, gate]),
        "1.ff.0.proj.bias": torch.zeros(len(gate) + len(value)),
        "1.ff.2.weight": block.layer.out.weight,
    }
