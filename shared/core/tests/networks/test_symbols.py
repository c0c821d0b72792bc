"""A masked perceptron over symbols reads a sequence at once or symbol by symbol, with the same answer."""

import torch

from gdl_core.conditions import ClassCondition
from gdl_core.networks.symbols import SymbolPerceptron
from gdl_core.spaces import Tokens


def test_a_symbol_perceptron_read_symbol_by_symbol_says_what_it_says_of_all():
    model = SymbolPerceptron(Tokens(4, 6), width=20, layers=3, conditions=(ClassCondition("kind", ("a", "b")),)).eval()
    symbols, asked = torch.randint(5, (3, 7)), {"kind": torch.tensor([0, 1, -1])}
    with torch.no_grad():
        memory = model.begin(3, 7, asked)
        rows = [model.advance(symbols[:, :2], memory)]
        rows += [model.advance(symbols[:, place : place + 1], memory) for place in range(2, 7)]
        whole = model(symbols, asked)
    assert torch.allclose(torch.cat(rows, 1), whole, atol=1e-5)
    assert torch.allclose(model(symbols[:, :4], asked), whole[:, :4], atol=1e-5)


def test_the_memory_of_some_rows_goes_on_as_theirs():
    model = SymbolPerceptron(Tokens(4, 3), width=12).eval()
    with torch.no_grad():
        memory = model.begin(3, 4, {})
        model.advance(torch.tensor([[1], [2], [3]]), memory)
        some = memory.select(torch.tensor([2, 0]))
        whole = model.advance(torch.tensor([[4], [1], [2]]), memory)
        assert torch.allclose(model.advance(torch.tensor([[2], [4]]), some), whole[[2, 0]], atol=1e-6)
