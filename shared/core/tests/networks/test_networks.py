"""Every network that predicts the next symbol is strictly causal, by its Jacobian."""

import pytest
import torch

from gdl_core.networks.recurrent import Recurrent
from gdl_core.networks.transformer import Transformer
from gdl_core.spaces import Tokens

NETWORKS = [
    Transformer(Tokens(5, 7), width=16, layers=2, heads=4),
    Recurrent(Tokens(5, 7), width=16),
    Recurrent(Tokens(5, 7), width=16, cell="gru"),
]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: type(network).__name__)
def test_a_prediction_depends_on_every_symbol_up_to_it_and_on_none_after(network):
    embedded = network.embedding(torch.arange(6)[None] % 5).detach()
    network.embedding.register_forward_hook(lambda module, inputs, output: embedded_now[0])
    embedded_now = [embedded]

    def predict(x: torch.Tensor) -> torch.Tensor:
        embedded_now[0] = x
        return network(torch.zeros(1, 6, dtype=torch.int64), {}).pow(2).sum(-1)

    jacobian = torch.autograd.functional.jacobian(predict, embedded)[0, :, 0].abs().sum(-1)  # position out, position in
    network.embedding._forward_hooks.clear()
    assert torch.equal(jacobian > 1e-10, torch.ones(6, 6, dtype=torch.bool).tril())


def test_an_unknown_cell_is_refused_with_what_there_is():
    with pytest.raises(ValueError, match="lstm, gru"):
        Recurrent(Tokens(5, 7), cell="rnn")
