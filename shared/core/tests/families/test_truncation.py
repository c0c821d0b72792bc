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


def cut_by_hand(probability: list[float], temperature=1.0, top_k=None, top_p=1.0, min_p=0.0) -> list[float]:
    """Do what the papers say, symbol by symbol."""

    def renewed(shares: list[float]) -> list[float]:
        return [share / sum(shares) for share in shares]

    heated = renewed([share ** (1 / temperature) for share in probability])
    order = sorted(range(len(heated)), key=lambda symbol: -heated[symbol])[:top_k]
    left = renewed([share if symbol in order else 0 for symbol, share in enumerate(heated)])
    nucleus = [symbol for place, symbol in enumerate(order) if sum(left[other] for other in order[:place]) < top_p]
    left = renewed([share if symbol in nucleus else 0 for symbol, share in enumerate(left)])
    return renewed([share if share >= min_p * max(left) else 0 for share in left])


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 0.5},
        {"temperature": 1.0},
        {"temperature": 2.0},
        {"top_k": 5},
        {"top_p": 0.7},
        {"min_p": 0.15},
        {"temperature": 1.5, "top_k": 7, "top_p": 0.9, "min_p": 0.2},
    ],
)
def test_draws_come_as_often_as_theory_says_by_chi_square(options):
    count, probability = 100_000, torch.rand(10, generator=torch.Generator().manual_seed(2)).square().tolist()
    expected = torch.tensor(cut_by_hand(probability, **options), dtype=torch.float64) * count
    logits = Truncation(**options)(torch.tensor([probability]).log()).expand(count, -1)
    uniforms = torch.rand(count, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found = draw(logits, uniforms).bincount(minlength=10)
    there = expected > 0
    assert int(found[~there].sum()) == 0
    statistic = ((found[there] - expected[there]).square() / expected[there]).sum()
    degrees = torch.tensor(int(there.sum()) - 1, dtype=torch.float64)
    assert torch.special.gammaincc(degrees / 2, statistic / 2) > 0.001  # how often chance alone is as far off


def test_a_refused_symbol_is_never_drawn():
    logits = torch.tensor([[-torch.inf, 0.0, -torch.inf, 0.0, -torch.inf]]).expand(3, -1)
    assert draw(logits, torch.tensor([0.0, 0.5, 1 - 2**-53], dtype=torch.float64)).tolist() == [1, 3, 3]


@pytest.mark.parametrize("wrong", [{"temperature": -1.0}, {"top_k": 0}, {"top_p": 0.0}, {"top_p": 1.5}, {"min_p": 2.0}])
def test_settings_outside_their_range_are_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Truncation(**wrong)
