"""What is asked of samples becomes options of their family."""

import pytest
import torch
from words import Letters

from gdl_core.errors import UsageError
from gdl_core.pairing import Design, build
from gdl_core.pipeline.asking import request
from gdl_core.randomness import Streams
from gdl_core.spaces import Tokens


def test_a_beginning_can_be_given_where_all_samples_have_one_length():
    options = {"width": 16, "layers": 1, "heads": 2}
    model = build(Design("diffusion", Tokens(5, 6, variable=False), variant="masked", network_options=options))
    asked = request(Letters("abcde", max_length=6), model, (), prefix="bad")
    draws = model.sample(Streams(0, range(4)), **asked).samples
    assert [draw[:3].tolist() for draw in draws] == [[1, 0, 3]] * 4 and {len(draw) for draw in draws} == {6}


@pytest.mark.parametrize("variable", [True, False])
@pytest.mark.parametrize(
    ("family", "variant"),
    [("autoregressive", None), ("vae", "sequence"), ("energy", "residual"), ("diffusion", "masked")],
)
def test_each_place_holds_what_is_allowed_there_and_what_allows_all_changes_nothing(family, variant, variable):
    model = build(Design(family, Tokens(5, 6, variable=variable), variant=variant))
    letters = Letters("abcde", max_length=6)

    def drawn(allowed, **asked):
        return model.sample(Streams(0, range(8)), **request(letters, model, (), allowed=allowed, **asked)).samples

    allowed = torch.rand(6, 5, generator=torch.Generator().manual_seed(1)) < 0.5
    allowed[torch.arange(6), torch.arange(6) % 5] = True
    assert all(allowed[torch.arange(len(draw)), draw].all() for draw in drawn(allowed))
    begun = drawn(allowed, prefix="ee")
    assert all(draw[:2].tolist() == [4, 4] and allowed[torch.arange(2, len(draw)), draw[2:]].all() for draw in begun)
    free, anything = drawn(None), drawn(torch.ones(6, 5, dtype=torch.bool))
    assert all(torch.equal(a, b) for a, b in zip(free, anything, strict=True))
    assert not all(allowed[torch.arange(len(draw)), draw].all() for draw in free)


def test_what_cannot_be_held_to_is_refused_by_name():
    letters, space = Letters("abcde", max_length=6), Tokens(5, 6)
    model = build(Design("diffusion", space, variant="edm"))
    with pytest.raises(
        UsageError, match=r"'diffusion' \(edm\) cannot hold .*: autoregressive \(sequence\), diffusion \(m"
    ):
        request(letters, model, (), allowed=torch.ones(6, 5, dtype=torch.bool))
    model = build(Design("autoregressive", space))
    with pytest.raises(UsageError, match="at least one token at each place"):
        request(letters, model, (), allowed=torch.zeros(6, 5, dtype=torch.bool))
