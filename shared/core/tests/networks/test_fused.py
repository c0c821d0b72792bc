import pytest
import torch

from gdl_core.networks.fused import attend, weights_of

numbers = torch.Generator().manual_seed(0)
Q, K, V = (torch.randn(2, 1, count, 2, dtype=torch.float64, generator=numbers).requires_grad_() for count in (2, 5, 5))
SEEN = torch.tensor([[1, 1, 0, 1, 0], [1, 0, 0, 0, 0]]).bool()[:, None, None]


@pytest.mark.parametrize("seen", [None, SEEN], ids=["all", "some"])
def test_derivatives_are_right_forwards_backwards_and_twice(seen):
    assert torch.autograd.gradcheck(lambda *inputs: attend(*inputs, seen), (Q, K, V), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(lambda *inputs: attend(*inputs, seen), (Q, K, V))


def test_what_is_not_seen_has_no_effect():
    hidden = ~SEEN.transpose(2, 3)
    changed = attend(Q, K.masked_fill(hidden, 9.0), V.masked_fill(hidden, 9.0), SEEN)
    assert torch.allclose(changed, attend(Q, K, V, SEEN))
    assert torch.allclose(attend(Q, K, V, SEEN), weights_of(Q, K, SEEN) @ V)


def test_samples_can_be_differentiated_one_by_one():
    def loss(q: torch.Tensor) -> torch.Tensor:
        return attend(q[None], K[:1], V[:1]).pow(2).sum()

    together = torch.func.vmap(torch.func.grad(loss))(Q.detach())
    assert torch.allclose(together[1], torch.func.grad(loss)(Q.detach()[1]))
