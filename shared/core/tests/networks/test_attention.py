import pytest
import torch
import torch.nn.functional as F

from gdl_core.networks.attention import CausalAttention, KeyValueCache, Rotary, attend_causally, attend_from_one


def test_rotation_keeps_lengths_and_depends_on_distance_alone():
    rotary, numbers = Rotary(8, 64), torch.Generator().manual_seed(0)
    q, k = (torch.randn(1, 1, 1, 8, generator=numbers) for _ in range(2))

    def product(i: int, j: int) -> float:
        return (rotary(q, i) * rotary(k, j)).sum().item()

    assert torch.allclose(rotary(q, 17).norm(), q.norm())
    assert product(5, 2) == pytest.approx(product(40, 37), abs=1e-5)
    assert product(5, 2) != pytest.approx(product(5, 4), abs=1e-3)


def test_attention_from_one_position_equals_the_last_row_of_attention_from_all():
    numbers = torch.Generator().manual_seed(0)
    q = torch.randn(3, 8, 11, 4, generator=numbers)
    k, v = (torch.randn(3, 2, 11, 4, generator=numbers) for _ in range(2))
    whole = attend_causally(q, k, v)
    cache = KeyValueCache(torch.full((3, 2, 15, 4), torch.nan), torch.full((3, 2, 15, 4), torch.nan))  # room for more
    cache.append(k, v)
    assert torch.allclose(attend_from_one(q[:, :, -1:], cache), whole[:, :, -1:], atol=1e-5)
    assert torch.allclose(attend_causally(q[:, :, 7:], k, v), whole[:, :, 7:], atol=1e-5)


def test_shared_keys_equal_keys_that_are_written_out():
    numbers = torch.Generator().manual_seed(0)
    q = torch.randn(2, 4, 5, 8, generator=numbers)
    k, v = (torch.randn(2, 2, 5, 8, generator=numbers) for _ in range(2))
    by_hand = [
        F.scaled_dot_product_attention(q[:, head], k[:, head // 2], v[:, head // 2], is_causal=True)
        for head in range(4)
    ]
    assert torch.allclose(attend_causally(q, k, v), torch.stack(by_hand, 1), atol=1e-6)


def test_the_jacobian_of_attention_is_causal():
    attention = CausalAttention(16, 4, 2, Rotary(4, 6))
    x = torch.randn(1, 6, 16, generator=torch.Generator().manual_seed(0))
    jacobian = torch.autograd.functional.jacobian(lambda x: attention(x).sum(-1), x)[0, :, 0].abs().sum(-1)  # out, in
    assert torch.equal(jacobian > 1e-7, torch.ones(6, 6, dtype=torch.bool).tril())


def test_heads_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="multiple"):
        CausalAttention(16, 3, 1, Rotary(4, 6))
