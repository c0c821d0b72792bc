"""Every network over sequences can be told what places are alike by a period, and what stands near a place."""

import pytest
import torch

from gdl_core.errors import UsageError
from gdl_core.networks.elements import TransformerDecoder, TransformerDenoiser, TransformerEncoder
from gdl_core.networks.periods import Periods
from gdl_core.networks.recurrent import Recurrent, RecurrentEncoder
from gdl_core.networks.transformer import Transformer
from gdl_core.pairing import Design, build
from gdl_core.spaces import Batch, Points, Tokens

SPACE = Tokens(5, 8, variable=False)
SMALL = {"width": 16, "layers": 1}
VALUES = torch.randn(2, 8, 5, generator=torch.Generator().manual_seed(0))
SYMBOLS = torch.arange(16).reshape(2, 8) % 6

ASKED = {
    Transformer: lambda network: network(SYMBOLS, {}),
    Recurrent: lambda network: network(SYMBOLS, {}),
    RecurrentEncoder: lambda network: network(Batch(VALUES)),
    TransformerEncoder: lambda network: network(Batch(VALUES)),
    TransformerDecoder: lambda network: network(VALUES[:, 0], {})[0],
    TransformerDenoiser: lambda network: network(Batch(VALUES), torch.zeros(2))[0],
}


def made(network, **options):
    sizes = {"outputs": (3,)} if network not in (Transformer, Recurrent) else {}
    sizes |= {"inputs": 5} if network is TransformerDecoder else {}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return network(SPACE, **sizes, **SMALL, **options).eval()


@pytest.mark.parametrize("network", ASKED)
def test_a_network_with_periods_begins_as_the_one_without_and_then_differs(network):
    plain, with_periods = made(network), made(network, periods=[2, 4])
    assert torch.equal(ASKED[network](plain), ASKED[network](with_periods))
    for name, parameter in with_periods.named_parameters():
        if "periods" in name or "answers" in name:  # the denoiser's answers are zero too, at first
            torch.nn.init.normal_(parameter, generator=torch.Generator().manual_seed(1))
    assert not torch.allclose(ASKED[network](plain), ASKED[network](with_periods))


@pytest.mark.parametrize("network", [Transformer, Recurrent])
def test_with_periods_and_a_window_predictions_one_by_one_equal_those_of_all_at_once(network):
    model = made(network, periods=[3, 4], window=4)
    for part in model.periods.parts:
        torch.nn.init.normal_(part, generator=torch.Generator().manual_seed(1))
    memory = model.begin(2, 8, {})
    steps = [model.advance(part, memory) for part in SYMBOLS[:, :3].split([2, 1], 1)]
    rest = memory.select(torch.tensor([1]))
    steps = [torch.cat(steps, 1)[1:], *(model.advance(part, rest) for part in SYMBOLS[1:, 3:].split([1, 1, 3], 1))]
    assert torch.allclose(torch.cat(steps, 1), model(SYMBOLS, {})[1:], atol=1e-5)


@pytest.mark.parametrize("network", [Transformer, Recurrent])
def test_a_window_lets_a_place_see_the_symbols_just_before_it_and_none_after(network):
    model = made(network, window=3)
    for table in model.recent.tables:
        torch.nn.init.normal_(table.weight, generator=torch.Generator().manual_seed(1))
    changed = SYMBOLS.clone()
    changed[:, 4] = (changed[:, 4] + 1) % 6
    places = (model.recent(torch.zeros(2, 8, 16), SYMBOLS) != model.recent(torch.zeros(2, 8, 16), changed)).any(2)
    assert places.nonzero()[:, 1].tolist() == [5, 6, 5, 6]
    assert torch.equal(model(SYMBOLS, {})[:, :4], model(changed, {})[:, :4])


def test_a_window_around_an_element_reaches_as_far_as_it_says():
    elements = TransformerEncoder(SPACE, outputs=(1,), window=5, **SMALL).elements
    changed = VALUES.clone()
    changed[:, 4] += 1
    assert (elements(VALUES) != elements(changed)).any(2).nonzero()[:, 1].tolist() == [2, 3, 4, 5, 6] * 2


def test_places_are_told_their_remainder():
    periods = Periods([3], 2)
    torch.nn.init.normal_(periods.parts[0])
    rows = periods(torch.zeros(1, 9, 2), start=4)[0]
    assert torch.equal(rows[:3], rows[3:6])
    assert torch.equal(rows[2], periods.parts[0][0])


def test_a_period_of_one_place_and_places_of_a_set_are_refused():
    with pytest.raises(UsageError, match="2 places or more, not 1"):
        build(Design("autoregressive", SPACE, network_options={"periods": [4, 1]}))
    with pytest.raises(ValueError, match="without places"):
        TransformerEncoder(Points(4, 2), outputs=(1,), periods=[2])


def test_windows_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="1 symbol or more, not 0"):
        Transformer(SPACE, window=0)
    with pytest.raises(ValueError, match="odd number of places, not 4"):
        TransformerEncoder(SPACE, outputs=(1,), window=4)
