import pytest
import torch

from gdl_core.errors import UsageError
from gdl_core.families.truncation import Truncation, draw, min_p, top_k, top_p

LOGITS = torch.tensor([[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]]).log()


def kept(logits: torch.Tensor) -> list[list[int]]:
    return [row.isfinite().nonzero().flatten().tolist() for row in logits]


def test_the_cuts_keep_what_their_papers_say():
    assert kept(top_k(LOGITS, 2)) == [[0, 1], [2, 3]]
    assert kept(top_p(LOGITS, 0.75)) == [[0, 1, 2], [1, 2, 3]]
    assert kept(top_p(LOGITS, 0.65)) == [[0, 1], [2, 3]]
    assert kept(min_p(LOGITS, 0.6)) == [[0, 1], [2, 3]]


def test_a_symbol_always_stays():
    for cut in (Truncation(top_k=1), Truncation(top_p=1e-9), Truncation(min_p=1.0), Truncation(temperature=0)):
        assert kept(cut(LOGITS)) == [[0], [3]]


def test_cuts_that_keep_all_change_nothing():
    assert torch.equal(Truncation(top_k=9, top_p=1.0, min_p=0.0)(LOGITS), LOGITS)


def test_draws_come_as_often_as_the_temperature_says():
    count = 100_000
    for temperature in (0.5, 1.0, 2.0):
        expected = (LOGITS[:1] / temperature).softmax(-1)[0]
        logits = Truncation(temperature=temperature)(LOGITS[:1]).expand(count, -1)
        uniforms = torch.rand(count, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
        found = draw(logits, uniforms).bincount(minlength=4) / count
        error = (expected * (1 - expected) / count).sqrt()
        assert ((found - expected).abs() < 4 * error).all()


def test_a_refused_symbol_is_never_drawn():
    logits = torch.tensor([[-torch.inf, 0.0, -torch.inf, 0.0, -torch.inf]]).expand(3, -1)
    assert draw(logits, torch.tensor([0.0, 0.5, 1 - 2**-53], dtype=torch.float64)).tolist() == [1, 3, 3]


@pytest.mark.parametrize("wrong", [{"temperature": -1.0}, {"top_k": 0}, {"top_p": 0.0}, {"top_p": 1.5}, {"min_p": 2.0}])
def test_settings_outside_their_range_are_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Truncation(**wrong)
