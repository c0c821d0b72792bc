"""Attention by torch's fused kernels, with the derivatives that they lack."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def attend(q: Tensor, k: Tensor, v: Tensor, seen: Tensor | None = None) -> Tensor:
    """Attend from each query to all keys that are `seen` (None: every one), in the type of the values.

    Critics' penalties and energies differentiate a network twice, consistency and mean-flow losses forwards; the
    fused kernels can do neither, so that those derivatives, and those alone, are computed from the written-out form.
    Shapes: q (batch, heads, n, size), k and v (batch, heads, m, size), seen (batch, 1, 1, m)
    -> (batch, heads, n, size).

    Example:
        >>> one, values = torch.zeros(1, 1, 2, 4), torch.tensor([1.0, 3.0]).view(1, 1, 2, 1)
        >>> attend(one, one, values).flatten()
        tensor([2., 2.])
    """
    kind = torch.float32 if v.device.type == "cpu" else v.dtype  # there bfloat16 takes five times longer backwards
    kind = v.dtype if v.dtype == torch.float64 else kind
    with torch.autocast(v.device.type, enabled=False):
        return Fused.apply(q.to(kind), k.to(kind), v.to(kind), seen)


def weights_of(q: Tensor, k: Tensor, seen: Tensor | None) -> Tensor:
    """Return how much of each key a query takes. Shapes: as `attend` -> (batch, heads, n, m)."""
    scores = scaled(q) @ k.transpose(-1, -2)
    return (scores if seen is None else scores.masked_fill(~seen, -torch.inf)).softmax(-1)


def scaled(q: Tensor) -> Tensor:
    """Divide queries by the root of their size."""
    return q * q.shape[-1] ** -0.5


class Fused(torch.autograd.Function):
    """`attend`, for one type of numbers."""

    generate_vmap_rule = True

    @staticmethod
    def forward(q: Tensor, k: Tensor, v: Tensor, seen: Tensor | None) -> Tensor:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=seen)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Tensor, Tensor | None], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v, seen = ctx.saved_tensors
        if not torch.is_grad_enabled():  # nobody will differentiate the derivative
            with torch.enable_grad():
                inputs = [one.detach().requires_grad_() for one in (q, k, v)]
                output = F.scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], attn_mask=seen)
            return (*torch.autograd.grad(output, inputs, slope), None)
        weights = weights_of(q, k, seen)
        by_weight = slope @ v.transpose(-1, -2)
        by_score = weights * (by_weight - (weights * by_weight).sum(-1, keepdim=True))
        return scaled(by_score @ k), by_score.transpose(-1, -2) @ scaled(q), weights.transpose(-1, -2) @ slope, None

    @staticmethod
    def jvp(ctx: Any, q_moves: Tensor, k_moves: Tensor, v_moves: Tensor, _: None) -> Tensor:
        q, k, v, seen = ctx.saved_tensors
        weights = weights_of(q, k, seen)
        scores_move = scaled(q_moves) @ k.transpose(-1, -2) + scaled(q) @ k_moves.transpose(-1, -2)
        weights_move = weights * (scores_move - (weights * scores_move).sum(-1, keepdim=True))
        return weights_move @ v + weights @ v_moves
